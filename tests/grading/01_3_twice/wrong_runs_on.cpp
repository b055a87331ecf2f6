// Wrong: flushes before each fork, but lets the child go on with the loop.
// loses: lines_once nobody_runs_on exit_handlers counts
// says: it says its line, flushes, and leaves
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);
  for (int i = 0; i < n; ++i) {
    std::fflush(stdout);
    if (fork() == 0) {
      std::printf("child %d\n", i);
      job(i);
    }
  }
  int well = 0;
  while (wait(nullptr) > 0) ++well;
  return well;
}
