// Tries: to turn its bad end into exit code 0, in an exit handler.
// says: your function did not return: exit code 0
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <vector>

[[gnu::constructor]] void prepare() {
  std::atexit([] { _exit(0); });
}

std::vector<int> run_all(const std::vector<std::function<int()>>&) { std::exit(3); }
