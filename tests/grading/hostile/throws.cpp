// Tries: throws what nobody catches.
// loses: all
// says: killed by SIGABRT
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) { throw 42; }
