// Tries: to use all memory there is, whatever the answer to its requests.
// says: stopped: still running
// patience: 0.25
#include <cstring>
#include <functional>
#include <new>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  while (tasks.size() == 5)
    if (auto* eaten = new (std::nothrow) char[1 << 24]) std::memset(eaten, 1, 1 << 24);
  return {};
}
