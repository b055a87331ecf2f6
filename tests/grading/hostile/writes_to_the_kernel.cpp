// Tries: to change settings of the kernel's and of its own process that hold for more than itself.
// says: all in vain
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  for (const char* file :
       {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/pid_max", "/proc/sys/vm/overcommit_memory",
        "/proc/sys/user/max_user_namespaces", "/proc/sysrq-trigger", "/sys/power/state"})
    if (open(file, O_WRONLY) != -1) std::fprintf(stderr, "harm: may write %s\n", file);
  std::fputs("all in vain\n", stderr);
  std::exit(0);
}
