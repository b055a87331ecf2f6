// Tries: opens files until there are no descriptors left, and keeps them.
// loses: all
// says:
#include <fcntl.h>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  while (open("/dev/null", O_RDONLY) != -1) continue;
  return {};
}
