// Tries: takes all the memory there is.
// loses: all
// says: your function did not return
#include <functional>
#include <string>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  std::vector<std::string> eaten;
  for (;;) eaten.emplace_back(1 << 24, 'x');
}
