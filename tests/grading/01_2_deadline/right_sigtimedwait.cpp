// Right: blocks SIGCHLD, and waits for it by sigtimedwait.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>

using namespace std::chrono;

enum class How { finished, terminated, killed };
struct Ending {
  How how;
  int exitcode;
};

namespace {

/// SIGCHLD is blocked as long as it lives.
class Blocked {
 public:
  Blocked() {
    sigemptyset(&child_);
    sigaddset(&child_, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_, &before_);
  }
  ~Blocked() { lift(); }
  Blocked(const Blocked&) = delete;
  void lift() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }

  /// True, and the status, if the child is over in time.
  bool over_within(pid_t pid, milliseconds limit, int& status) const {
    const auto end = steady_clock::now() + limit;
    while (waitpid(pid, &status, WNOHANG) == 0) {
      const auto left = nanoseconds{end - steady_clock::now()}.count();
      if (left <= 0) return false;
      const timespec most{left / 1'000'000'000, left % 1'000'000'000};
      sigtimedwait(&child_, nullptr, &most);
    }
    return true;
  }

 private:
  sigset_t child_{}, before_{};
};

}  // namespace

Ending run_with_deadline(const std::function<int()>& task, milliseconds limit, milliseconds grace) {
  const Blocked blocked;
  const pid_t pid = fork();
  if (pid == 0) {
    blocked.lift();
    try {
      _exit(task());
    } catch (...) {
      _exit(1);
    }
  }
  int status = 0;
  How how = How::finished;
  if (!blocked.over_within(pid, limit, status)) {
    how = How::terminated;
    kill(pid, SIGTERM);
    if (!blocked.over_within(pid, grace, status)) {
      how = How::killed;
      kill(pid, SIGKILL);
      waitpid(pid, &status, 0);
    }
  }
  return {how, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status)};
}
