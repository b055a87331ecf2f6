// Wrong: leaves the loop in the child by return, and so comes back to the caller.
// loses: nobody_runs_on exit_handlers counts nothing_left
// says: a child came back to the caller's code
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
      std::fflush(stdout);
      return job(i) ? 1 : 0;
    }
  }
  int well = 0;
  int status = 0;
  for (const pid_t child : children)
    if (waitpid(child, &status, 0) == child && (WIFEXITED(status) && WEXITSTATUS(status) == 0)) ++well;
  return well;
}
