// Wrong: a signal in the caller ends the limit.
// loses: terminated
// says: SIGTERM came before the limit was over
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <system_error>

using std::chrono::milliseconds;

enum class How {
  finished,    // by itself, before the limit
  terminated,  // after SIGTERM, within the grace
  killed,      // by SIGKILL, because SIGTERM did not help
};

struct Ending {
  How how;
  int exitcode;  // what the task returned, or minus the signal that ended it
};

namespace {

/// A child, watched by a descriptor that becomes readable when it is over.
class Child {
 public:
  explicit Child(const std::function<int()>& task) : pid_{fork()} {
    if (pid_ == 0) {
      int code = 1;
      try {
        code = task();
      } catch (...) {
        // code 1 says it
      }
      _exit(code);
    }
    pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    if (pid_ == -1 || pidfd_ == -1) throw std::system_error(errno, std::generic_category(), "starting a child");
  }
  ~Child() { close(pidfd_); }
  Child(const Child&) = delete;

  void send(int signal) const { kill(pid_, signal); }

  bool over_within(milliseconds limit) const {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
      const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
      pollfd watched{pidfd_, POLLIN, 0};
      const int ready = poll(&watched, 1, static_cast<int>(std::max(left, milliseconds{0}).count()));
      if (ready >= 0 || errno == EINTR) return ready == 1;  // else a signal: go on waiting for what is left
    }
  }

  int exitcode() const {
    int status = 0;
    while (waitpid(pid_, &status, 0) == -1 && errno == EINTR) continue;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t pid_;
  int pidfd_ = -1;
};

}  // namespace

/// Runs the task in a child process. If it is not over after `limit`, sends it SIGTERM; if it is not
/// over after a further `grace`, SIGKILL. Returns as soon as the child is over, and not before.
Ending run_with_deadline(const std::function<int()>& task, milliseconds limit, milliseconds grace) {
  const Child child{task};
  if (child.over_within(limit)) return {How::finished, child.exitcode()};
  child.send(SIGTERM);
  if (child.over_within(grace)) return {How::terminated, child.exitcode()};
  child.send(SIGKILL);
  return {How::killed, child.exitcode()};
}
