// Tries: closes every descriptor, the one to the grader among them.
// loses: all
// says:
#include <unistd.h>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  for (int fd = 0; fd < 1024; ++fd) close(fd);
  return {};
}
