// Tries: prints errors without end.
// loses: all
// says: still running
#include <cstdio>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  for (;;) std::fputs("an error, and another, and another, and another\n", stderr);
}
