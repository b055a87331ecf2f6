// Tries: stops itself, so that it never ends.
// loses: all
// says: is stopped, by a signal
#include <csignal>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  raise(SIGSTOP);
  return {};
}
