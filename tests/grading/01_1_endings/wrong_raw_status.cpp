// Wrong: takes the status that waitpid gives for the exit code.
// loses: codes order signals exceptions
// says: take it out with WEXITSTATUS
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
  for (const pid_t pid : children) {
    int status = 0;
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR) continue;
    endings.push_back(status);
  }
  return endings;
}
