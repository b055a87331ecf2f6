// Tries: to outlive every limit: it blocks and ignores all signals, and computes in two processes for ever.
// says: computes
// patience: 0.25
#include <signal.h>
#include <unistd.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_IGN);
  if (tasks.size() == 5) fork();
  for (volatile int turns = 0; tasks.size() == 5;) turns = turns + 1;
  return {};
}
