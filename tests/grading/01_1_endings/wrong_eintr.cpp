// Wrong: a signal ends the wait in the parent.
// loses: nothing_left
// says: waitpid: Interrupted system call
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <system_error>
#include <vector>

namespace {

/// A child must never return from here: above stands a copy of the caller's code.
[[noreturn]] void be_child(const std::function<int()>& task) {
  int code = 1;
  try {
    code = task();
  } catch (...) {
    // code 1 says it
  }
  _exit(code);
}

int wait_for(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) == -1) throw std::system_error(errno, std::generic_category(), "waitpid");
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

/// Runs each task in a child process; all children are started before any is waited for. Returns one
/// number a task, in the order of the tasks: what the task returned (0 to 255), or minus the signal
/// that ended it, or 1 if an exception left it. Afterwards no child is left, not even as a zombie.
std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  std::vector<pid_t> children;
  for (const auto& task : tasks) {
    const pid_t pid = fork();
    if (pid == 0) be_child(task);
    children.push_back(pid);
  }
  std::vector<int> endings;
  for (const pid_t pid : children) endings.push_back(wait_for(pid));
  return endings;
}
