// Tries: brings a main of its own, and leaves with success.
// loses: all
// says: does not compile
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

int main() {}

std::vector<int> run_all(const Tasks&) { return {}; }
