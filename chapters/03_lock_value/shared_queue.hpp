#pragma once
/// \file
/// A queue in shared memory: as long as nobody has to wait, nobody calls the kernel.

#include <algorithm>
#include <bit>
#include <optional>

#include "03_lock_value/lock.hpp"
#include "common/futex.hpp"

namespace mp {

/// The two ends of a ring, each with its lock and how many values have passed it. A value is in the ring from the
/// moment that the tail has counted it until the head has: one step each, so whoever is killed leaves the ring whole.
struct RingState {
  struct alignas(64) End {  // a cache line each: who puts need not disturb who gets
    RobustMutex mutex;
    Futex passed;
  };
  End tail, head;
  int capacity;
};
class Ring : public Handle<RingState> {
 public:
  using Handle::Handle;
  /// Throws std::invalid_argument for a capacity that is not in 1…2^20.
  explicit Ring(int capacity);

  /// Waits until there is room and calls `write(i)` for the i-th value since ever; false when the deadline passes
  /// first.
  bool put(const Deadline& deadline, auto write) {
    return pass(state().tail, state().head, state().capacity, deadline, write);
  }
  /// The same with something to be read.
  bool get(const Deadline& deadline, auto read) { return pass(state().head, state().tail, 0, deadline, read); }

  int size_hint() const {  // the two counts are of different moments
    return std::clamp(lead(state().tail.passed.load(), state().head.passed.load()), 0, state().capacity);
  }
  int capacity() const { return state().capacity; }

 private:
  static constexpr Seconds grace{0.05};  // an end is held for the time of a copy, unless its holder is stopped

  static int lead(int ahead, int behind) { return (ahead - behind) << 1 >> 1; }  // the counts have 31 bits, and wrap

  /// Passes an end that may be so far ahead of the other, and no farther.
  bool pass(RingState::End& mine, RingState::End& other, int most, const Deadline& deadline, auto act) {
    for (;;) {
      if (!mine.mutex.lock_anyway(deadline.is_never() ? deadline : Deadline{std::max(grace, deadline.remaining())}))
        return false;
      int at = mine.passed.load();
      const int theirs = other.passed.load();
      const bool ready = lead(at, theirs) < most;
      if (ready) act(static_cast<unsigned>(at)), mine.passed.compare_exchange(at, at + 1);
      mine.mutex.unlock();
      if (ready || deadline.passed()) return ready;
      other.passed.wait(theirs, deadline);  // matches the count of the other end
    }
  }
};

/// A bounded queue in shared memory, for any number of threads and processes that put and get.
///
/// Values are copied byte by byte: nothing is pickled, and while there is room at one end and something at the other,
/// one who puts and one who gets make no call to the kernel. It is not fair: of several who get, one may always come
/// first. It has no end of its own: when all who put are gone, `get` waits for ever, so put something that says so, or
/// wait with a limit.
///
/// \death Whoever is killed has put or taken its value, or has not, and the others go on.
///
/// Python has none; the nearest is a multiprocessing.Array with two semaphores.
template <class T>
class SharedQueue : public Guarded<T, Ring> {
  static_assert(std::is_trivially_copyable_v<T>, "a SharedQueue copies values byte by byte: no pointers, no strings");

 public:
  using Guarded<T, Ring>::Guarded;
  /// Throws std::invalid_argument for a capacity that is not in 1…2^20, std::system_error where memory is short.
  explicit SharedQueue(int capacity) : SharedQueue{Ring{capacity}} {}

  /// \blocks while it is full.
  void put(const T& value) { put_by(value, Deadline{}); }
  /// Does not wait for room: false when it is full, or when somebody was stopped, for 50 ms, while putting.
  bool try_put(const T& value) { return put_by(value, Deadline{Seconds{0}}); }
  /// Waits at most so long for room.
  bool try_put_for(const T& value, Seconds limit) { return put_by(value, Deadline{limit}); }

  /// \blocks until there is something.
  T get() { return *get_by(Deadline{}); }
  /// Nothing when it is empty, or when somebody was stopped, for 50 ms, while getting.
  std::optional<T> try_get() { return get_by(Deadline{Seconds{0}}); }
  /// Waits at most so long.
  std::optional<T> try_get_for(Seconds limit) { return get_by(Deadline{limit}); }

  /// How many are in it, a moment ago.
  int size_hint() const { return this->guard().size_hint(); }
  /// Was nothing in it, a moment ago?
  bool empty() const { return size_hint() == 0; }
  /// Was there no room, a moment ago?
  bool full() const { return size_hint() == this->guard().capacity(); }

 private:
  explicit SharedQueue(Ring ring)
      : Guarded<T, Ring>{std::bit_ceil(static_cast<unsigned>(ring.capacity())), ring} {}  // divides where counts wrap

  T& slot(unsigned i) const { return this->memory()[i & (this->memory().size() - 1)]; }
  bool put_by(const T& value, const Deadline& deadline) {
    return this->guard().put(deadline, [&](unsigned i) { slot(i) = value; });
  }
  std::optional<T> get_by(const Deadline& deadline) {
    std::optional<T> value;
    this->guard().get(deadline, [&](unsigned i) { value = slot(i); });
    return value;
  }
};

}  // namespace mp
