// Tries: to become a program that always succeeds.
// says: your function did not return: exit code 0
#include <unistd.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  execl("/bin/true", "true", nullptr);
  return {};
}
