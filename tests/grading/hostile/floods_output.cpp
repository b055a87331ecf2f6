// Tries: prints without end.
// loses: all
// says: still running
#include <cstdio>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  for (;;) std::puts("a line of output, and another, and another, and another");
}
