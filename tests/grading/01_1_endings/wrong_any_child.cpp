// Wrong: waits for any child, and so takes the status of one that somebody else started.
// loses: nothing_left
// says: waitpid(-1) takes any; ask by pid
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <map>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  std::map<pid_t, std::size_t> task_of;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const pid_t pid = fork();
    if (pid == 0) {
      try {
        _exit(tasks[i]());
      } catch (...) {
        _exit(1);
      }
    }
    task_of[pid] = i;
  }
  std::vector<int> endings(tasks.size());
  int status = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, 0)) > 0 || errno == EINTR;)
    if (task_of.contains(pid)) endings[task_of[pid]] = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  return endings;
}
