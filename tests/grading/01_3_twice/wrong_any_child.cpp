// Wrong: waits for whatever child there is, and counts it.
// loses: counts nothing_left
// says: none of yours
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>

/// Prints a heading, then starts `n` children. Child number i prints `child i` and does job(i); it
/// ended well if that returned true. Returns how many ended well, when all are over.
int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);
  std::fflush(stdout);
  for (int i = 0; i < n; ++i) {
    if (fork() == 0) {
      std::printf("child %d\n", i);
      std::fflush(stdout);
      bool well = false;
      try {
        well = job(i);
      } catch (...) {
        well = false;
      }
      std::fflush(stdout);
      _exit(well ? 0 : 1);
    }
  }
  int well = 0;
  for (;;) {
    int status = 0;
    if (wait(&status) == -1) {
      if (errno == EINTR) continue;
      break;  // no more children
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) ++well;
  }
  return well;
}
