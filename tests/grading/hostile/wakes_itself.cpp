// Tries: sets alarms, goes to another folder, and closes its umask.
// loses: all
// says:
#include <sys/stat.h>
#include <unistd.h>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  alarm(1);
  ualarm(1000, 1000);
  (void)!chdir("/");
  umask(0777);
  return {};
}
