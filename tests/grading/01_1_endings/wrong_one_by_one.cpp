// Wrong: waits for each child before it starts the next.
// loses: together
// says: start them all before you wait for any
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  std::vector<int> endings;
  for (const auto& task : tasks) {
    const pid_t pid = fork();
    if (pid == 0) {
      try {
        _exit(task());
      } catch (...) {
        _exit(1);
      }
    }
    int status = 0;
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR) continue;
    endings.push_back(WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
  }
  return endings;
}
