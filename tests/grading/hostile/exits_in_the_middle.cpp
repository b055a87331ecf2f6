// Tries: to leave with exit code 0 in the middle of its task.
// says: your function did not return: exit code 0
#include <cstdlib>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) { std::exit(0); }
