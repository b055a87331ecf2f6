// Tries: takes from itself, and from what it starts, all that a process may have.
// loses: all
// says:
#include <sys/resource.h>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  const rlimit none{0, 0};
  for (const auto what : {RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_STACK, RLIMIT_NPROC}) setrlimit(what, &none);
  return {};
}
