// Tries: writes where there is no memory.
// loses: all
// says: killed by SIGSEGV
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  *reinterpret_cast<volatile int*>(8) = 1;
  return {};
}
