// Wrong: looks at how each child ended with WNOWAIT, and never takes it away.
// loses: nothing_left
// says: ended, but nobody waited for it
#include <sys/wait.h>
#include <unistd.h>

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
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
    endings.push_back(info.si_code == CLD_EXITED ? info.si_status : -info.si_status);
  }
  return endings;
}
