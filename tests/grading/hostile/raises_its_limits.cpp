// Tries: to get more memory, descriptors, processes and file size than it was given.
// says: all in vain
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
  for (const auto which : {RLIMIT_AS, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_FSIZE, RLIMIT_CORE})
    if (setrlimit(which, &more) == 0) std::fprintf(stderr, "harm: limit %d\n", static_cast<int>(which));
  if (setpriority(PRIO_PROCESS, 0, -20) == 0) std::fputs("harm: before all others\n", stderr);
  std::fputs("all in vain\n", stderr);
  std::exit(0);
}
