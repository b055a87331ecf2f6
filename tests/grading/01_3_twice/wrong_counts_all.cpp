// Wrong: counts a child as well however it ended.
// loses: counts
// says: look at the status of each
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

int run_children(int n, const std::function<bool(int)>& job) {
  std::printf("%d children are coming\n", n);
  std::fflush(stdout);

  for (int i = 0; i < n; ++i) {
    if (fork() == 0) {
      std::printf("child %d\n", i);
      bool good = false;
      try {
        good = job(i);
      } catch (...) {}
      std::fflush(stdout);
      _exit(good ? 0 : 1);
    }
  }
  int well = 0;
  while (wait(nullptr) > 0) ++well;
  return well;
}
