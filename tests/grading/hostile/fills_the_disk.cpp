// Tries: writes until the disk is full, wherever it may.
// loses: all
// says:
#include <fstream>
#include <functional>
#include <string>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  const std::string much(1 << 20, 'x');
  for (const char* file : {"much", "/tmp/much", "/dev/shm/much", "/var/tmp/much"}) {
    std::ofstream out{file};
    for (int i = 0; i < 1000 && out; ++i) out << much;
  }
  return {};
}
