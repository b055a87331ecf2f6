// Tries: to overwrite its own program, also once nobody runs it any more.
// says: Read-only file system
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  open("/proc/self/exe", O_RDONLY);  // 4: not closed by exec
  execl("/bin/sh", "sh", "-c", "echo 'exit 0' > /proc/self/fd/4 && echo harm", nullptr);
  return {};
}
