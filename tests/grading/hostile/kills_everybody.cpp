// Tries: to kill its parent, every process that it may kill, and its group.
// says: killed by SIGKILL (Killed); did it signal itself, or its whole group?
#include <signal.h>
#include <unistd.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  if (getpid() > 100) return {};  // in no room of its own: nobody should pay for this test
  kill(getppid(), SIGKILL);
  kill(-1, SIGKILL);
  kill(0, SIGKILL);
  return {};
}
