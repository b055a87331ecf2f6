#pragma once
/// \file
/// Sleeping until a number changes, between threads and between processes: the kernel's half of every
/// lock. Chapter 03 is about it.

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>

#include "common/clock.hpp"
#include "common/system.hpp"

namespace mp {

/// A number that can be slept on, by threads and by processes that share its memory. Zero at first. It has 31 bits: the
/// lowest of its word says that somebody sleeps, so that a change and the news of sleepers are one atomic step.
///
/// Whoever is killed asleep leaves that bit, which costs one wake for nobody; a change wakes all, for one who is killed
/// as it wakes must not have been the only one. And whoever changes it may be killed before it wakes anybody: so nobody
/// sleeps longer than a slice without looking.
class Futex {
 public:
  /// Its value just now.
  int load() const { return word_ >> 1; }

  /// Changes it from `seen` to `to` and wakes all who sleep on it; false, and `seen` corrected, when it was another.
  bool compare_exchange(int& seen, int to) {
    for (int word = word_;;) {
      if (word >> 1 != seen) return seen = word >> 1, false;
      if (!word_.compare_exchange_weak(word, to << 1)) continue;
      if (word & asleep) ::syscall(SYS_futex, &word_, FUTEX_WAKE, INT_MAX);  // matches FUTEX_WAIT in wait
      return true;
    }
  }

  /// Sleeps while it is `seen`: until a change, a signal, the deadline or the end of a slice. The caller looks again,
  /// for a wake is a hint and no promise. Throws std::system_error.
  void wait(int seen, const Deadline& deadline) {
    // Often the change is near, and to sleep and be woken takes longer than to look some times.
    for (int look = 0; look < 32 && load() == seen; ++look) ::sched_yield();
    int word = word_;
    if (word >> 1 != seen) return;
    if (!(word & asleep) && !word_.compare_exchange_strong(word, word | asleep)) return;
    const auto left = Deadline{std::min(slice, deadline.remaining())}.left();
    // Does not sleep if the word has changed since: no wake is missed. Matches FUTEX_WAKE in compare_exchange.
    const long slept = ::syscall(SYS_futex, &word_, FUTEX_WAIT, word | asleep, &*left, nullptr, 0);
    if (slept == -1 && errno != EAGAIN && errno != EINTR && errno != ETIMEDOUT) throw_errno("futex");
  }

 private:
  static constexpr int asleep = 1;
  static constexpr Seconds slice{5.0};  // long, for it is what rarely happens that it is for
  std::atomic<int> word_;
};

}  // namespace mp
