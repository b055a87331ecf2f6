// Wrong: returns from the child, into the code of the caller.
// loses: codes order signals own_process together exceptions nothing_left
// says: a child came back to the code
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  std::vector<pid_t> children;
  for (const auto& task : tasks) {
    const pid_t pid = fork();
    if (pid == 0) return {task()};
    children.push_back(pid);
  }
  std::vector<int> endings;
  for (const pid_t pid : children) {
    int status = 0;
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR) continue;
    endings.push_back(WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
  }
  return endings;
}
