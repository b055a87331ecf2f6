#pragma once
/// \file
/// A number that processes share, and can wait for.

#include "common/futex.hpp"

namespace mp {

/// Counts what is under way: things put and not yet taken, tasks put and not yet done. It lives in shared
/// memory and starts at zero. A process that is killed leaves it as it was: what it had counted stays counted.
class SharedCount {
 public:
  int value() const { return value_; }

  /// Waits until it is below `limit`, then adds `n`, which may be 0: false when the deadline passes first.
  bool add_below(int limit, int n, const Deadline& deadline) {
    for (int seen = value_;;) {
      if (seen < limit) {
        if (value_.compare_exchange_weak(seen, seen + n)) return true;
        continue;
      }
      if (deadline.passed()) return false;
      // Who subtracts after we have looked either sees us among the sleepers, and wakes us, or has changed the value
      // before the kernel looks at it again, and we do not sleep. Killed asleep, we stay counted: a wake for nobody.
      ++sleepers_;
      futex_wait(value_, seen, deadline);  // matches the wake in subtract
      --sleepers_;
      seen = value_;
    }
  }

  /// Takes one away; false, and nothing done, at zero. Wakes whoever waits for that.
  bool subtract() {
    int seen = value_;
    do
      if (seen == 0) return false;
    while (!value_.compare_exchange_weak(seen, seen - 1));
    if (sleepers_ > 0) futex_wake_all(value_);  // matches the wait in add_below
    return true;
  }

 private:
  std::atomic<int> value_, sleepers_;
};

}  // namespace mp
