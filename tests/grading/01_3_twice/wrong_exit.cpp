// Wrong: ends its children by exit, which runs what the caller registered by atexit.
// loses: exit_handlers
// says: leave by _exit
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
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
      std::fflush(stdout);
      bool good = false;
      try {
        good = job(i);
      } catch (...) {}
      std::exit(good ? 0 : 1);
    }
  }
  int well = 0;
  int status = 0;
  for (const pid_t child : children)
    if (waitpid(child, &status, 0) == child && (WIFEXITED(status) && WEXITSTATUS(status) == 0)) ++well;
  return well;
}
