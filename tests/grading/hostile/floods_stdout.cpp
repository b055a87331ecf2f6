// Tries: to drown the judge in output.
// says: stopped: still running
// patience: 0.25
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  static const std::string line(100'000, 'x');
  while (tasks.size() == 5) (void)!write(1, line.data(), line.size());
  return {};
}
