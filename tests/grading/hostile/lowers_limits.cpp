// Tries: to take from itself, and from all that it starts, whatever a process may have.
// says: expected { 0,
#include <sys/resource.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  const rlimit none{0, 0};
  for (const auto which : {RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_STACK, RLIMIT_NPROC}) setrlimit(which, &none);
  return {};
}
