// Wrong: leaves by _exit without a flush, and takes the line in the buffer along.
// loses: lines_once
// says: it says its line, flushes, and leaves
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <vector>

int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);
  std::fflush(stdout);

  std::vector<pid_t> children;
  for (int i = 0; i < n; ++i) {
    children.push_back(fork());
    if (children.back() == 0) {
      std::printf("child %d\n", i);
      bool good = false;
      try {
        good = job(i);
      } catch (...) {}
      _exit(good ? 0 : 1);
    }
  }
  int well = 0;
  int status = 0;
  for (const pid_t child : children)
    if (waitpid(child, &status, 0) == child && (WIFEXITED(status) && WEXITSTATUS(status) == 0)) ++well;
  return well;
}
