// Wrong: leaves by quick_exit, which runs handlers of the caller as well.
// loses: own_process
// says: quick_exit
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <system_error>
#include <vector>

namespace {

[[noreturn]] void be_child(const std::function<int()>& task) {
  int code = 1;
  try {
    code = task();
  } catch (...) {
    code = 1;
  }
  std::fflush(stdout);
  std::quick_exit(code);  // no destructors, no atexit
}

int ending_of(pid_t pid) {
  int status = 0;
  pid_t got;
  do got = waitpid(pid, &status, 0);
  while (got == -1 && errno == EINTR);
  if (got == -1) throw std::system_error(errno, std::generic_category(), "waitpid");
  if (WIFSIGNALED(status)) return -WTERMSIG(status);
  return WEXITSTATUS(status);
}

}  // namespace

/// Runs each task in a child process; all children are started before any is waited for. Returns one
/// number a task, in the order of the tasks: what the task returned (0 to 255), or minus the signal
/// that ended it, or 1 if an exception left it. Afterwards no child is left, not even as a zombie.
std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  std::vector<pid_t> pids;
  pids.reserve(tasks.size());
  std::fflush(stdout);
  for (const auto& task : tasks) {
    const pid_t pid = fork();
    if (pid == 0) be_child(task);
    if (pid == -1) {
      const int error = errno;
      for (const pid_t started : pids) ending_of(started);
      throw std::system_error(error, std::generic_category(), "fork");
    }
    pids.push_back(pid);
  }
  std::vector<int> endings;
  for (const pid_t pid : pids) endings.push_back(ending_of(pid));
  return endings;
}
