// Start by fork: the child is a copy of this process, all but its other threads.
#include <cstdio>
#include <iostream>

#include "01_process/child.hpp"
#include "common/machine.hpp"
#include "common/pidfd.hpp"

namespace mp::start {
namespace {

void warn_beside_threads() {
  static bool warned = false;
  const int threads = thread_count();
  if (threads == 1 || warned) return;
  warned = true;
  std::fprintf(stderr,
               "warning: fork in a process of %d threads: the child has only the one that forks, and a lock that "
               "another held stays locked in it for ever; mp::start::spawn has no such trouble\n",
               threads);
}

/// What waits in a buffer would be written twice, once by each process.
void flush_output() {
  std::cout.flush();
  std::fflush(nullptr);
}

/// The first moments of the copy: it is somebody else now.
void take_over_from_parent() {
  LiveChildren::of_this_process().forget();
  Self& me = self();
  me.parent = std::move(me.handle);
  me.parent_pid = me.pid;
  me.parent_name = me.identity.name;
  me.pid = ::getpid();
  me.children_started = 0;
}

}  // namespace

Started Fork::launch(const Identity& child, const std::function<void()>& call) {
  warn_beside_threads();
  flush_output();
  std::unique_lock list{LiveChildren::of_this_process().mutex()};
  const pid_t pid = check(::fork(), "fork");
  if (pid == 0) {
    take_over_from_parent();
    list.unlock();
    be_child(child, call);
  }
  return {pid, Descriptor{check(pidfd_open(pid, 0), "pidfd_open")}};
}

}  // namespace mp::start
