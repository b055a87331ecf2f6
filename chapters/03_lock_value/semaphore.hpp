#pragma once
/// \file
/// Semaphores that threads and processes share.

#include <climits>

#include "02_pipe_queue/shared_count.hpp"
#include "03_lock_value/handle.hpp"

namespace mp {

/// What is behind a Semaphore: how many of its units are taken, how many it has, and may it never have more?
struct SemaphoreState {
  SharedCount taken;
  int units;
  bool bounded;
};

/// So many units to take and to give back, by anybody.
///
/// \death Nobody owns a unit: one that was taken by a process that was killed is lost, in Python as here. What must
/// survive that is a Lock, or a token that travels through a queue.
///
/// \python{multiprocessing.Semaphore}
class Semaphore : public Handle<SemaphoreState> {
 public:
  using Handle::Handle;
  /// Throws std::invalid_argument for a number that is not in 0…2^30 − 1.
  explicit Semaphore(int units) : Semaphore{units, false} {}

  /// \blocks until there is a unit.
  void acquire() { take(Deadline{}); }
  /// Does not block: false when there is none.
  bool try_acquire() { return take(Deadline{Seconds{0}}); }
  /// Waits at most so long.
  bool try_acquire_for(Seconds limit) { return take(Deadline{limit}); }
  /// Gives a unit back, or a new one; does not block. Throws std::logic_error where there would be too many.
  void release() {
    if (!state().taken.subtract(state().bounded ? 0 : INT_MIN >> 1))
      throw std::logic_error{"this semaphore was released more often than acquired"};
  }

 protected:
  Semaphore(int units, bool bounded) {
    if (units < 0 || units > SharedCount::most)
      throw std::invalid_argument{"a semaphore of " + std::to_string(units) + " units"};
    state().units = units;
    state().bounded = bounded;
  }

 private:
  bool take(const Deadline& deadline) { return state().taken.add_below(state().units, 1, deadline); }
};

/// One that never has more units than at first: `release` throws std::logic_error when no unit is taken, whatever
/// handle it is called by. \python{multiprocessing.BoundedSemaphore}
class BoundedSemaphore : public Semaphore {
 public:
  using Semaphore::Semaphore;
  /// With so many units, and never more.
  explicit BoundedSemaphore(int units) : Semaphore{units, true} {}
};

}  // namespace mp
