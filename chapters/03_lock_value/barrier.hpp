#pragma once
/// \file
/// A place where so many wait for each other, between threads and processes.

#include <atomic>
#include <cstdint>
#include <stdexcept>

#include "03_lock_value/handle.hpp"
#include "common/futex.hpp"

namespace mp {

/// The barrier was aborted or reset, or somebody's time was up: not all have come.
/// \python{threading.BrokenBarrierError}
class BrokenBarrier : public std::runtime_error {
 public:
  BrokenBarrier() : std::runtime_error{"the barrier is broken: not all have come"} {}
};

/// What is behind a Barrier.
struct BarrierState {
  std::atomic<std::uint64_t> word;  // 10 bits: how many have arrived · 1: broken · 21: resets · 32: rounds
  Futex changes;                    // of the word, but for arrivals: to sleep on
  int parties;
};

/// Lets go of everybody when all have arrived, and may be used again.
///
/// \death All that it knows is in one word, changed in one step: whoever is killed has arrived, or has not. One that
/// was killed while it waited has arrived in that round; in the next it is missed, so wait for processes that may die
/// with a limit.
///
/// \python{multiprocessing.Barrier}
class Barrier : public Handle<BarrierState> {
 public:
  using Handle::Handle;
  /// Throws std::invalid_argument for a number that is not in 1…1000.
  explicit Barrier(int parties);

  /// \blocks until so many have called it. Returns how many came before in this round: exactly one gets 0. Throws
  /// BrokenBarrier. \python{threading.Barrier.wait}
  int wait() { return wait_until(Deadline{}); }
  /// The same; once so long has passed it breaks the barrier, for everybody. Throws BrokenBarrier.
  int wait_for(Seconds limit) { return wait_until(Deadline{limit}); }

  /// Breaks it: everybody gets BrokenBarrier, until it is reset. \python{threading.Barrier.abort}
  void abort();
  /// Back to the empty state, for a new round: who waits just now gets BrokenBarrier. \python{threading.Barrier.reset}
  void reset();

 private:
  int wait_until(const Deadline& deadline);
};

}  // namespace mp
