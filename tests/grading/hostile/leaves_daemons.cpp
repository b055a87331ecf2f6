// Tries: leaves daemons in sessions of their own, which hold its output open.
// loses: all
// says:
#include <unistd.h>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  for (int i = 0; i < 3; ++i)
    if (fork() == 0) {
      setsid();
      if (fork() != 0) _exit(0);
      for (;;) pause();
    }
  return {};
}
