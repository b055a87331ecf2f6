// Wrong: flushes before each fork, but lets the child go on with the loop.
// loses: lines_once nobody_runs_on exit_handlers counts nothing_left
// says: it says its line, flushes, and leaves
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <vector>

int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);
  std::vector<pid_t> children;
  for (int i = 0; i < n; ++i) {
    std::fflush(stdout);
    children.push_back(fork());
    if (children.back() == 0) {
      std::printf("child %d\n", i);
      job(i);
    }
  }
  int well = 0;
  for (const pid_t child : children)
    if (waitpid(child, nullptr, 0) > 0) ++well;
  return well;
}
