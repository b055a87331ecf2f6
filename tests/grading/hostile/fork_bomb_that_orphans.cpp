// Tries: to multiply in children that lose their parents at once and lead sessions of their own.
// says: stopped: it had started more than 100 processes
#include <unistd.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  if (getpid() > 100) return {};  // in no room of its own: nobody should pay for this test
  const pid_t caller = getpid();
  while (tasks.size() == 5)
    if (fork() == 0) {
      setsid();
      if (fork() != 0) _exit(0);
    } else if (getpid() == caller) {
      pause();
    }
  return {};
}
