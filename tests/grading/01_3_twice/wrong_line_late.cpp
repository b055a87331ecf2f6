// Wrong: writes the line out when the job is done.
// loses: lines_once
// says: child 1 is killed in its job
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>
#include <vector>

/// Prints a heading, then starts `n` children. Child number i prints `child i` and does job(i); it
/// ended well if that returned true. Returns how many ended well, when all are over.
int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);
  std::vector<pid_t> pids;
  for (int i = 0; i < n; ++i) {
    std::fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
      std::printf("child %d\n", i);
      bool well = false;
      try {
        well = job(i);
      } catch (...) {}
      std::fflush(stdout);
      _exit(well ? 0 : 1);
    }
    if (pid > 0) pids.push_back(pid);
  }
  int well = 0;
  for (const pid_t pid : pids) {
    int status = 0;
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR) continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) ++well;
  }
  return well;
}
