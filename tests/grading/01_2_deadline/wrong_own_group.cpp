// Wrong: makes a group of the child, and signals all of it.
// loses: others
// says: what the task had started was signalled
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <system_error>
#include <thread>

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

using Clock = std::chrono::steady_clock;

bool over_within(pid_t pid, std::chrono::milliseconds limit, int& status) {
  const auto start = Clock::now();
  for (;;) {
    const bool last = Clock::now() - start >= limit;
    if (waitpid(pid, &status, WNOHANG) == pid) return true;
    if (last) return false;
    std::this_thread::sleep_for(std::chrono::microseconds{500});
  }
}

int exitcode(int status) { return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status); }

}  // namespace

/// Runs the task in a child process. If it is not over after `limit`, sends it SIGTERM; if it is not
/// over after a further `grace`, SIGKILL. Returns as soon as the child is over, and not before.
Ending run_with_deadline(const std::function<int()>& task, std::chrono::milliseconds limit,
                         std::chrono::milliseconds grace) {
  std::fflush(stdout);
  const pid_t pid = fork();
  if (pid == -1) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) {
    setpgid(0, 0);
    int code = 1;
    try {
      code = task();
    } catch (...) {
      code = 1;
    }
    std::fflush(stdout);
    _exit(code);
  }
  setpgid(pid, pid);  // in both: whoever comes first

  int status = 0;
  if (over_within(pid, limit, status)) return {How::finished, exitcode(status)};
  kill(-pid, SIGTERM);
  if (over_within(pid, grace, status)) return {How::terminated, exitcode(status)};
  kill(-pid, SIGKILL);
  while (waitpid(pid, &status, 0) == -1 && errno == EINTR) continue;
  return {How::killed, exitcode(status)};
}
