// Waiting for something to become true: give the lock up, sleep, take it again,
// look. A waiter that is killed in its sleep stops nobody.
#include "03_lock_value/condition.hpp"  // new

#include <cstdio>

#include "01_process/process.hpp"

struct Shared {
  mp::Lock lock;
  mp::Condition changed;
  mp::RawArray<int> waiting{1}, number{1};
};

void wait_for_three(Shared shared) {
  std::unique_lock lock{shared.lock};
  ++shared.waiting[0];
  shared.changed.notify_all();
  shared.changed.wait(lock, [&] { return shared.number[0] == 3; });  // new
  std::printf("it is three, at last\n");
}

int main() {
  Shared shared;
  mp::Process waiter{wait_for_three, shared}, victim{wait_for_three, shared};
  waiter.start();
  victim.start();
  std::unique_lock lock{shared.lock};
  shared.changed.wait(lock, [&] { return shared.waiting[0] == 2; });
  victim.kill();  // new: Python's notify would wait for it, for ever
  victim.join();
  while (shared.number[0] < 3) {
    ++shared.number[0];
    shared.changed.notify_all();  // new
  }
  lock.unlock();
  waiter.join();
}
