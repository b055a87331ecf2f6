// Wrong: takes the pids from the back, and so gives the endings in the opposite order.
// loses: order
// says: though their children end in the opposite order
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  std::vector<pid_t> children;
  for (const auto& task : tasks) {
    const pid_t pid = fork();
    if (pid == 0) {
      try {
        _exit(task());
      } catch (...) {
        _exit(1);
      }
    }
    children.push_back(pid);
  }
  std::vector<int> endings;
  for (; !children.empty(); children.pop_back()) {
    int status = 0;
    while (waitpid(children.back(), &status, 0) == -1 && errno == EINTR) continue;
    endings.push_back(WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
  }
  return endings;
}
