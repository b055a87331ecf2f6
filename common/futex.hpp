#pragma once
/// \file
/// Sleeping until a number changes, between threads and between processes: the kernel's half of every
/// lock. Chapter 03 is about it; here are just the two calls.

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>

#include "common/clock.hpp"
#include "common/system.hpp"

namespace mp {

/// Sleeps if `word` still holds `seen`, until it is woken, a signal comes or the deadline passes. The caller
/// looks at the word again: a wake is a hint, not a promise.
inline void futex_wait(const std::atomic<int>& word, int seen, const Deadline& deadline) {
  const auto left = deadline.left();
  const long result = ::syscall(SYS_futex, &word, FUTEX_WAIT, seen, left ? &*left : nullptr, nullptr, 0);
  if (result == -1 && errno != EAGAIN && errno != EINTR && errno != ETIMEDOUT) throw_errno("futex");
}

/// Wakes all that sleep on it. They may be in several processes, and one of them may be killed as it wakes:
/// waking all leaves nobody asleep for the sake of the dead.
inline void futex_wake_all(std::atomic<int>& word) { ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX); }

}  // namespace mp
