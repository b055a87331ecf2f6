// Tries: looks for the judge among all processes, to kill it or to read its memory.
// loses: all
// says:
#include <fcntl.h>
#include <sys/ptrace.h>
#include <unistd.h>
#include <csignal>
#include <functional>
#include <string>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  for (pid_t pid = 1; pid < 100'000; ++pid) {
    if (pid == getpid() || kill(pid, 0) != 0) continue;
    ptrace(PTRACE_ATTACH, pid, nullptr, nullptr);
    open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDWR);
    kill(pid, SIGKILL);
  }
  return {};
}
