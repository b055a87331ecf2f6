// Tries: leaves with success before anybody asks for the answer.
// loses: all
// says: your function did not return
#include <unistd.h>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) { _exit(0); }
