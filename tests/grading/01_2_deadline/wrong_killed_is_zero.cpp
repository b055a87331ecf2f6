// Wrong: asks a killed child for its exit code, and gets 0.
// loses: in_time terminated killed
// says: the task died of signal
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <thread>

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

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

/// The status, once the child is over; nothing if it is not by then.
std::optional<int> status_within(pid_t pid, milliseconds limit) {
  int status = 0;
  for (const auto end = steady_clock::now() + limit; waitpid(pid, &status, WNOHANG) == 0;) {
    if (steady_clock::now() >= end) return std::nullopt;
    std::this_thread::sleep_for(1ms);
  }
  return status;
}

}  // namespace

Ending run_with_deadline(const std::function<int()>& task, milliseconds limit, milliseconds grace) {
  const pid_t pid = start(task);
  if (const auto status = status_within(pid, limit)) return {How::finished, WEXITSTATUS(*status)};
  kill(pid, SIGTERM);
  if (const auto status = status_within(pid, grace)) return {How::terminated, WEXITSTATUS(*status)};
  kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) == -1 && errno == EINTR) continue;
  return {How::killed, WEXITSTATUS(status)};
}
