// Tries: to use all memory there is, in files that have no name and that no process has mapped.
// says: stopped: its processes used more than 2048 MB together
#include <sys/mman.h>
#include <unistd.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  static const std::vector<char> piece(1 << 20, 'x');
  for (int i = 0; tasks.size() == 5 && i < 100; ++i) {
    const int file = memfd_create("hostile", 0);
    for (int n = 0; n < 60; ++n) (void)!write(file, piece.data(), piece.size());
  }
  while (tasks.size() == 5) pause();
  return {};
}
