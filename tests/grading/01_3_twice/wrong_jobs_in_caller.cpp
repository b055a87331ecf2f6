// Wrong: does the jobs itself, because it can count their answers there.
// loses: lines_once nobody_runs_on counts nothing_left
// says: for child 2 of 5
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <vector>

int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);
  std::fflush(stdout);
  int well = 0;
  std::vector<pid_t> children;
  for (int i = 0; i < n; ++i) {
    children.push_back(fork());
    if (children.back() == 0) {
      std::printf("child %d\n", i);
      std::fflush(stdout);
      _exit(0);
    }
    try {
      if (job(i)) ++well;
    } catch (...) {}
  }
  while (wait(nullptr) > 0) continue;
  return well;
}
