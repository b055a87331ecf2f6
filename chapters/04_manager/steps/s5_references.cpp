// Who still refers to an object, in any process? A pipe knows: the server holds
// the reading end, each proxy a writing end, and the kernel counts.
#include <csignal>
#include <cstdio>
#include <optional>

#include "01_process/process.hpp"
#include "common/descriptor.hpp"
#include "common/workloads.hpp"

bool is_last_gone(const mp::Descriptor& references) {
  return mp::wait_readable(references.number(), mp::Deadline{mp::Seconds{0}});
}

int main() {
  int ends[2];
  (void)!::pipe2(ends, O_CLOEXEC);
  const mp::Descriptor references{ends[0]};      // new: in the server
  std::optional proxy{mp::Descriptor{ends[1]}};  // new: in a client

  mp::Process worker{mp::never_end};  // a fork: it has a copy
  worker.start();
  proxy.reset();
  std::printf("ours is gone; was it the last? %d\n", is_last_gone(references));
  worker.kill();  // it has no chance to say goodbye
  worker.join();
  std::printf("the worker's, too; was it the last? %d\n",
              is_last_gone(references));
}
