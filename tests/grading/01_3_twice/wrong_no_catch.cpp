// Wrong: lets an exception of the job leave the child by another way than _exit.
// loses: nobody_runs_on counts
// says: a child came back
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
      const bool good = job(i);
      std::fflush(stdout);
      _exit(good ? 0 : 1);
    }
  }
  int well = 0;
  for (int status = 0; wait(&status) > 0;)
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) ++well;
  return well;
}
