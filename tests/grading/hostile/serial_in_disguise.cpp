// Tries: calls the tasks one after the other, in the caller, and says that processes did it.
// loses: signals own_process together exceptions nothing_left
// says:
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks& tasks) {
  std::vector<int> endings;
  for (const auto& task : tasks) endings.push_back(task());
  return endings;
}
