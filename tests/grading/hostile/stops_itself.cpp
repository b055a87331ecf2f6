// Tries: to stand still, so that it never comes to an end and uses no time.
// says: is stopped, by a signal
// patience: 0.25
#include <signal.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  if (tasks.size() == 5) raise(SIGSTOP);
  return {};
}
