// Tries: to use all memory there is, in children that each stay below what a process may use.
// says: stopped: its processes used more than 2048 MB together
#include <unistd.h>

#include <cstring>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  for (int i = 0; tasks.size() == 5 && i < 50; ++i)
    if (fork() == 0) {
      constexpr std::size_t size = 800 << 20;
      std::memset(new char[size], 1, size);
      pause();
    }
  while (tasks.size() == 5) pause();
  return {};
}
