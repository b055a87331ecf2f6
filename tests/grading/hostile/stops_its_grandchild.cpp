// Tries: to wait for a child that waits for one that is stopped.
// says: is stopped, by a signal
// patience: 0.25
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  if (tasks.size() != 5) return {};
  if (fork() == 0) {
    if (fork() == 0) raise(SIGSTOP);
    wait(nullptr);
  }
  wait(nullptr);
  return {};
}
