// Tries: to answer well, with a clock that ends it by a signal while it is looked at.
// says: killed by SIGALRM
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <vector>

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
  const itimerval soon{{0, 0}, {0, 1}};
  setitimer(ITIMER_REAL, &soon, nullptr);
  return all;
}
