// Tries: to leave with exit code 0 before main, so that nothing can go wrong.
// says: your function did not return: exit code 0
#include <unistd.h>

#include <functional>
#include <vector>

[[gnu::constructor]] void leave() { _exit(0); }

std::vector<int> run_all(const std::vector<std::function<int()>>&) { return {}; }
