// Tries: waits for a stopped child of a vfork, where signals do not reach it.
// loses: all
// says: still running
#include <unistd.h>
#include <csignal>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  if (vfork() == 0) {
    raise(SIGSTOP);
    _exit(0);
  }
  return {};
}
