// Wrong: leaves the loop in the child by return, and so comes back to the caller.
// loses: nobody_runs_on exit_handlers counts
// says: a child came back to the caller's code
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);
  std::fflush(stdout);

  for (int i = 0; i < n; ++i) {
    if (fork() == 0) {
      std::printf("child %d\n", i);
      std::fflush(stdout);
      return job(i) ? 1 : 0;
    }
  }
  int well = 0;
  for (int status = 0; wait(&status) > 0;)
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) ++well;
  return well;
}
