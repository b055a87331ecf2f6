// Tries: gives itself and its init all the room there is.
// loses: all
// says: your function did not return
#include <sys/resource.h>
#include <functional>
#include <string>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
  for (const auto what : {RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_AS}) {
    setrlimit(what, &all);
    prlimit(1, what, &all, nullptr);
  }
  std::vector<std::string> eaten;
  for (;;) eaten.emplace_back(1 << 24, 'x');
}
