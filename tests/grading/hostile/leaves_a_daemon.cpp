// Tries: to answer well, and to leave a process behind that has left its parent, group and session.
// says: is still running
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <vector>

void leave_a_daemon() {
  if (const pid_t child = fork()) {
    waitpid(child, nullptr, 0);
    return;
  }
  setsid();
  if (fork() != 0) _exit(0);
  for (;;) pause();
}

int code_of(const std::function<int()>& task) try { return task(); } catch (...) {
  return 1;
}

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  std::vector<int> all;
  for (const auto& task : tasks) {
    all.push_back(fork());
    if (all.back() == 0) _exit(code_of(task));
  }
  for (int& each : all) {
    int status = 0;
    waitpid(each, &status, 0);
    each = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  leave_a_daemon();
  return all;
}
