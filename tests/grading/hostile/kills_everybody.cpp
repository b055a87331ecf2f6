// Tries: kills every process that it may.
// loses: all
// says:
#include <unistd.h>
#include <csignal>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  kill(-1, SIGKILL);
  raise(SIGKILL);
  return {};
}
