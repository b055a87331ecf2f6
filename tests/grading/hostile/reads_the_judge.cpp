// Tries: to stop, trace, read or write the process above it, which has more than it has.
// says: all in vain
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  const pid_t parent = getppid();
  if (ptrace(PTRACE_SEIZE, parent, 0, 0) == 0) std::fputs("harm: traced\n", stderr);
  if (open("/proc/1/mem", O_RDWR) != -1) std::fputs("harm: its memory\n", stderr);
  if (open("/proc/1/fd", O_RDONLY | O_DIRECTORY) != -1) std::fputs("harm: its descriptors\n", stderr);
  kill(parent, SIGSTOP);
  std::fputs("all in vain\n", stderr);
  std::exit(0);
}
