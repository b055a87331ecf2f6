// Waiting, but not for ever. A pidfd is a process as a descriptor:
// it becomes readable at its end.
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

int never_ends() {  // new
  for (;;) pause();
}

[[noreturn]] void leave(int code) {
  std::fflush(nullptr);
  _exit(code);
}

int run(int (*function)(), int limit_ms) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) leave(function());
  const long pidfd = syscall(SYS_pidfd_open, child, 0);  // new
  pollfd watched{int(pidfd), POLLIN, 0};                 // new
  const bool over = poll(&watched, 1, limit_ms) == 1;    // new
  if (!over) kill(child, SIGKILL);  // new: no thread can be ended like this
  close(int(pidfd));                // new
  int status = 0;
  waitpid(child, &status, 0);  // it is over now, one way or the other
  if (WIFSIGNALED(status)) return -WTERMSIG(status);
  return WEXITSTATUS(status);
}

int main() { std::printf("after 200 ms: %d\n", run(never_ends, 200)); }
