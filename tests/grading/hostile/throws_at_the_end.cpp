// Tries: to answer well, and to throw after main.
// says: killed by SIGABRT
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <vector>

struct Last {
  ~Last() noexcept(false) { throw 1; }
} last;

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
  return all;
}
