// Tries: computes for ever.
// loses: all
// says: computes (loops.cpp:
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  volatile bool for_ever = true;
  while (for_ever) {}
  return {};
}
