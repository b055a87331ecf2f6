// Tries: to overwrite its own program, also once nobody runs it any more.
// says: Read-only file system
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  const int program = open("/proc/self/exe", O_RDONLY);  // not closed by exec
  const auto command = "echo 'exit 0' > /proc/self/fd/" + std::to_string(program) + " && echo harm";
  execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  return {};
}
