#pragma once
/// \file
/// Waiting for something to become true, between threads and processes.

#include <mutex>

#include "03_lock_value/lock.hpp"
#include "common/futex.hpp"

namespace mp {

/// Wakes those who wait for a change of what a Lock guards.
///
/// \death It counts its notifications and sleeps on the count, and knows nothing of who sleeps: one that is killed
/// stops nobody. (Python's notifier waits for the dead one to confirm that it woke.) One that changes what they wait
/// for and is killed before it notifies is found out as well: whoever sleeps asks again now and then. It goes with a
/// Lock and not with an RLock, which its holder may have taken more than once.
///
/// \python{multiprocessing.Condition}
class Condition : public Handle<Futex> {
 public:
  using Handle::Handle;
  Condition() = default;

  /// Gives the lock up and blocks until `holds()` is true; it is asked with the lock held. Throws what locking throws,
  /// OwnerDied too: the lock is not held then. \python{threading.Condition.wait_for}
  void wait(std::unique_lock<Lock>& lock, const std::function<bool()>& holds) { wait_until(lock, holds, Deadline{}); }
  /// Waits at most so long, then takes the lock again, which may be longer; what `holds()` said last.
  bool wait_for(std::unique_lock<Lock>& lock, Seconds limit, const std::function<bool()>& holds) {
    return wait_until(lock, holds, Deadline{limit});
  }

  /// Wakes at least one: all, so that one that is killed as it wakes has not used up the only wake. Change what they
  /// wait for with the lock held, before. \python{threading.Condition.notify}
  void notify_one() { notify_all(); }
  /// Wakes all who wait. \python{threading.Condition.notify_all}
  void notify_all() {
    for (int seen = state().load(); !state().compare_exchange(seen, seen + 1);) continue;  // matches the wait below
  }

 private:
  bool wait_until(std::unique_lock<Lock>& lock, const std::function<bool()>& holds, const Deadline& deadline) {
    for (;;) {
      const int seen = state().load();  // before the look: then even a change without the lock is not missed
      if (holds()) return true;
      if (deadline.passed()) return false;
      lock.unlock();
      state().wait(seen, deadline);  // matches notify_all
      lock.lock();
    }
  }
};

}  // namespace mp
