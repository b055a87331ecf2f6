#pragma once
/// \file
/// A flag to wait for, between threads and processes.

#include "03_lock_value/handle.hpp"
#include "common/futex.hpp"

namespace mp {

/// A flag that is set, cleared and waited for. It counts its changes, and is set while that is odd: whoever
/// waits sees that it was set even when it is clear again.
///
/// \death A waiter that is killed stops nobody.
///
/// \python{multiprocessing.Event}
class Event : public Handle<Futex> {
 public:
  using Handle::Handle;
  Event() = default;

  /// Does not block. \python{multiprocessing.Event.is_set}
  bool is_set() const { return is_odd(state().load()); }
  /// Wakes all who wait; nothing when it is set.
  void set() { make(true); }
  /// Whoever was woken by `set` stays so. Nothing when it is clear. \python{multiprocessing.Event.clear}
  void clear() { make(false); }

  /// \blocks until it is set.
  void wait() const { wait_until(Deadline{}); }
  /// Waits at most so long; true when it was set.
  bool wait_for(Seconds limit) const { return wait_until(Deadline{limit}); }

 private:
  static bool is_odd(int changes) { return (changes & 1) != 0; }

  void make(bool set) {
    for (int seen = state().load(); is_odd(seen) != set;)
      if (state().compare_exchange(seen, seen + 1)) return;  // matches the wait below
  }
  bool wait_until(const Deadline& deadline) const {
    const int seen = state().load();
    while (!is_odd(seen) && state().load() == seen) {
      if (deadline.passed()) return false;
      state().wait(seen, deadline);  // matches make
    }
    return true;
  }
};

}  // namespace mp
