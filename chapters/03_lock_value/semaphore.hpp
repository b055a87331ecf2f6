#pragma once
/// \file
/// Semaphores that threads and processes share.

#include <climits>

#include "02_pipe_queue/shared_count.hpp"
#include "03_lock_value/handle.hpp"

namespace mp {

/// What is behind a Semaphore: how many of its units are taken, and how many it has.
struct SemaphoreState {
  SharedCount taken;
  int units;
};

/// So many units to take and to give back, by anybody.
///
/// Nobody owns a unit: one that was taken by a process that was killed is lost, in Python as here. What must survive
/// that is a Lock, or a token that travels through a queue.
///
/// \python{multiprocessing.Semaphore}
class Semaphore : public Handle<SemaphoreState> {
 public:
  using Handle::Handle;
  /// Throws std::invalid_argument for less than none.
  explicit Semaphore(int units) {
    if (units < 0) throw std::invalid_argument{"a semaphore of " + std::to_string(units) + " units"};
    state().units = units;
  }

  /// Blocks until there is a unit.
  void acquire() { take(Deadline{}); }
  /// Does not block: false when there is none.
  bool try_acquire() { return take(Deadline{Seconds{0}}); }
  /// Waits at most so long.
  bool try_acquire_for(Seconds limit) { return take(Deadline{limit}); }
  /// Gives a unit back, or a new one.
  void release() { state().taken.subtract(INT_MIN >> 1); }

 private:
  bool take(const Deadline& deadline) { return state().taken.add_below(state().units, 1, deadline); }
};

/// One that never has more units than at first. \python{multiprocessing.BoundedSemaphore}
class BoundedSemaphore : public Semaphore {
 public:
  using Semaphore::Semaphore;
  /// Throws std::logic_error when no unit is taken.
  void release() {
    if (!state().taken.subtract()) throw std::logic_error{"this semaphore was released more often than acquired"};
  }
};

}  // namespace mp
