#pragma once
/// \file
/// A count that processes share, with a limit to wait for.

#include <climits>

#include "common/futex.hpp"

namespace mp {

/// Counts what is under way: things put and not yet taken, tasks put and not yet done. It lives in shared
/// memory and starts at zero. A process that is killed leaves it as it was: what it had counted stays counted.
class SharedCount {
 public:
  static constexpr int most = INT_MAX >> 1;  // a Futex has 31 bits

  int value() const { return count_.load(); }

  /// Waits until it is below `limit`, then adds `n`, which may be 0: false when the deadline passes first.
  bool add_below(int limit, int n, const Deadline& deadline) {
    for (int seen = value();;) {
      if (seen < limit) {
        if (n == 0 || count_.compare_exchange(seen, seen + n)) return true;
        continue;
      }
      if (deadline.passed()) return false;
      count_.wait(seen, deadline);  // matches the change in subtract
      seen = value();
    }
  }

  /// Takes one away; false, and nothing done, where that would be below `least`.
  bool subtract(int least = 0) {
    for (int seen = value(); seen > least;)
      if (count_.compare_exchange(seen, seen - 1)) return true;  // matches the wait in add_below
    return false;
  }

 private:
  Futex count_;
};

}  // namespace mp
