// Right: goes round all children with WNOHANG, and takes each as it ends.
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  std::vector<pid_t> running;
  for (const auto& task : tasks) {
    running.push_back(fork());
    if (running.back() != 0) continue;
    int code = 1;
    try {
      code = task();
    } catch (...) {}
    _exit(code);
  }
  std::vector<int> endings(tasks.size());
  for (std::size_t left = tasks.size(); left > 0; usleep(500))
    for (std::size_t i = 0; i < running.size(); ++i) {
      int status = 0;
      if (running[i] == 0 || waitpid(running[i], &status, WNOHANG) == 0) continue;
      endings[i] = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
      running[i] = 0;
      --left;
    }
  return endings;
}
