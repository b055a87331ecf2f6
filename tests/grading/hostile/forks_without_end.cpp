// Tries: starts processes until there is room for no more.
// loses: all
// says: more than 100 processes
#include <unistd.h>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  for (;;) fork();
}
