// Tries: kills its whole process group.
// loses: all
// says: killed by SIGKILL
#include <unistd.h>
#include <csignal>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  kill(0, SIGKILL);
  return {};
}
