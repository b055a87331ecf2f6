// Wrong: flushes in the child only, where the copied heading is written too.
// loses: heading_once lines_once
// says: was copied by fork: flush before you fork
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);

  for (int i = 0; i < n; ++i) {
    if (fork() == 0) {
      std::printf("child %d\n", i);
      bool good = false;
      try {
        good = job(i);
      } catch (...) {}
      std::fflush(stdout);
      _exit(good ? 0 : 1);
    }
  }
  int well = 0;
  for (int status = 0; wait(&status) > 0;)
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) ++well;
  return well;
}
