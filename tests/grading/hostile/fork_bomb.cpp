// Tries: to multiply until the machine has no process left.
// says: stopped: it had started more than 100 processes
#include <unistd.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  if (getpid() > 100) return {};  // in no room of its own: nobody should pay for this test
  while (tasks.size() == 5) fork();
  return {};
}
