// Start by fork: the child is a copy of this process, all but its other threads.
#include <atomic>
#include <cstdio>

#include "01_process/child.hpp"
#include "common/machine.hpp"

namespace mp::start {
namespace {

void warn_beside_threads() {
  static std::atomic<bool> warned = false;
  int threads = thread_count();
  // one that was joined a moment ago is counted a little longer
  for (int look = 0; look < 10 && threads > 1 && !warned; ++look) ::usleep(100), threads = thread_count();
  if (threads == 1 || warned.exchange(true)) return;
  std::fprintf(stderr,
               "warning: fork in a process of %d threads: the child has only the one that forks, and a lock that "
               "another held stays locked in it for ever; mp::start::spawn has no such trouble\n",
               threads);
}

}  // namespace

Started Fork::launch(const Identity& child, const std::function<void()>& call) {
  warn_beside_threads();
  flush_output();
  Self& me = self();
  const pid_t parent = me.pid;
  const pid_t pid = check(::fork(), "fork");
  if (pid == 0) {
    me.parent = std::move(me.handle);  // it showed the process that we were a copy of
    me.parent_pid = parent;
    me.parent_name = me.identity.name;
    be_child(child, call);
  }
  return Started{pid};
}

}  // namespace mp::start
