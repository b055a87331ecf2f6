// Wrong: counts a child as well however it ended.
// loses: counts
// says: look at the status of each
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <vector>

int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);
  std::fflush(stdout);

  std::vector<pid_t> children;
  for (int i = 0; i < n; ++i) {
    children.push_back(fork());
    if (children.back() == 0) {
      std::printf("child %d\n", i);
      std::fflush(stdout);
      bool good = false;
      try {
        good = job(i);
      } catch (...) {}
      std::fflush(stdout);
      _exit(good ? 0 : 1);
    }
  }
  int well = 0;
  for (const pid_t child : children)
    if (waitpid(child, nullptr, 0) > 0) ++well;
  return well;
}
