// Wrong: polls a pidfd, and never closes it.
// loses: nothing_left
// says: (anon_inode:[pidfd])
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>

using std::chrono::milliseconds;

enum class How { finished, terminated, killed };
struct Ending {
  How how;
  int exitcode;
};

namespace {

pid_t start(const std::function<int()>& task) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  int code = 1;
  try {
    code = task();
  } catch (...) {}
  _exit(code);
}

bool over_within(int pidfd, milliseconds limit) {
  pollfd watched{pidfd, POLLIN, 0};
  for (const auto end = std::chrono::steady_clock::now() + limit;;) {
    const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
    const int ready = poll(&watched, 1, static_cast<int>(std::max(left, milliseconds{0}).count()));
    if (ready >= 0) return ready == 1;
  }
}

}  // namespace

Ending run_with_deadline(const std::function<int()>& task, milliseconds limit, milliseconds grace) {
  const pid_t pid = start(task);
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  How how = How::finished;
  if (!over_within(pidfd, limit)) {
    how = How::terminated;
    kill(pid, SIGTERM);
    if (!over_within(pidfd, grace)) {
      how = How::killed;
      kill(pid, SIGKILL);
    }
  }
  int status = 0;
  while (waitpid(pid, &status, 0) == -1 && errno == EINTR) continue;
  return {how, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status)};
}
