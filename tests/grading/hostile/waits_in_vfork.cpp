// Tries: to sleep where no signal but one wakes it: in vfork, whose child never lets go.
// says: stopped: still running
// patience: 0.25
#include <unistd.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  if (tasks.size() == 5 && vfork() == 0)
    for (;;) pause();
  return {};
}
