// Tries: to become root of namespaces of its own, and to undo the mounts there.
// says: all in vain
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  if (unshare(CLONE_NEWUSER) == 0) std::fputs("harm: a user of its own\n", stderr);
  if (unshare(CLONE_NEWNS) == 0) std::fputs("harm: mounts of its own\n", stderr);
  if (mount("none", "/", nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0) std::fputs("harm: may write\n", stderr);
  if (umount("/tmp") == 0) std::fputs("harm: may unmount\n", stderr);
  if (setuid(0) == 0) std::fputs("harm: is root\n", stderr);
  std::fputs("all in vain\n", stderr);
  std::exit(0);
}
