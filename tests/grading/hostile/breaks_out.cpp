// Tries: makes namespaces of its own, to be root there and write where it may not.
// loses: all
// says:
#include <sched.h>
#include <sys/mount.h>
#include <fstream>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID);
  std::ofstream{"/proc/self/uid_map"} << "0 1000 1";
  mount("none", "/", nullptr, MS_REMOUNT | MS_BIND, nullptr);
  umount2("/tmp", MNT_DETACH);
  umount2("/proc", MNT_DETACH);
  std::ofstream{"/hostile"} << "here";
  std::ofstream{"/tmp/hostile"} << "here";
  return {};
}
