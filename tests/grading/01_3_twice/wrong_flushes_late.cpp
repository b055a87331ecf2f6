// Wrong: flushes in the child only, where the copied heading is written too.
// loses: heading_once lines_once
// says: was copied by fork: flush before you fork
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <vector>

int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);

  std::vector<pid_t> children;
  for (int i = 0; i < n; ++i) {
    children.push_back(fork());
    if (children.back() == 0) {
      std::printf("child %d\n", i);
      std::fflush(stdout);
      bool good = false;
      try {
        good = job(i);
      } catch (...) {}
      std::fflush(stdout);
      _exit(good ? 0 : 1);
    }
  }
  int well = 0;
  int status = 0;
  for (const pid_t child : children)
    if (waitpid(child, &status, 0) == child && (WIFEXITED(status) && WEXITSTATUS(status) == 0)) ++well;
  return well;
}
