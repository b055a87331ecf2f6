// Tries: throws in a destructor, when all is over.
// loses: all
// says:
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

struct Last {
  ~Last() noexcept(false) { throw 42; }
} last;

std::vector<int> run_all(const Tasks&) { return {}; }
