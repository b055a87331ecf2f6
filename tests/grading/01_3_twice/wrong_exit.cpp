// Wrong: ends its children by exit, which runs what the caller registered by atexit.
// loses: exit_handlers
// says: leave by _exit
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>

int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);
  std::fflush(stdout);

  for (int i = 0; i < n; ++i) {
    if (fork() == 0) {
      std::printf("child %d\n", i);
      bool good = false;
      try {
        good = job(i);
      } catch (...) {}
      std::exit(good ? 0 : 1);
    }
  }
  int well = 0;
  for (int status = 0; wait(&status) > 0;)
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) ++well;
  return well;
}
