// Tries: ignores and blocks all signals, and sleeps for ever.
// loses: all
// says: still running
#include <unistd.h>
#include <csignal>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  for (int number = 1; number < 65; ++number) signal(number, SIG_IGN);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  for (;;) sleep(1000);
}
