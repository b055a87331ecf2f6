#pragma once
/// \file
/// Values in shared memory, each with the lock that guards it.
///
/// \code
/// mp::Value<long> counter;
/// mp::Process worker{[=] {
///   counter.update([](long& n) { ++n; });
/// }};
/// \endcode

#include <mutex>
#include <span>

#include "03_lock_value/lock.hpp"

namespace mp {

/// One value that processes share, zero at first, and its lock.
///
/// \threads `load` and `store` are safe each by itself; `v.store(v.load() + 1)` is not, for somebody may come in
/// between: say `v.update([](long& n) { ++n; })`.
///
/// \death When a process is killed in the middle of an update, the next call throws
/// OwnerDied until `mutex().recover(…)` has been called.
///
/// \python{multiprocessing.Value}
template <class T>
class Value : public Guarded<T, RLock> {
 public:
  using Guarded<T, RLock>::Guarded;
  Value() = default;
  /// With this value at first.
  explicit Value(const T& value) { **this = value; }

  /// \blocks while somebody holds the lock; throws OwnerDied, as `store` and `update` do.
  T load() const {
    const std::scoped_lock held{mutex()};
    return **this;
  }
  /// \blocks while somebody holds the lock.
  void store(const T& value) const {
    const std::scoped_lock held{mutex()};
    **this = value;
  }
  /// Calls `change(T&)` with the lock held, and returns what that returns. Blocks while somebody else holds it.
  auto update(auto change) const {
    const std::scoped_lock held{mutex()};
    return change(**this);
  }

  /// The lock, for more than one call at once. \python{multiprocessing.Value}
  RLock& mutex() const { return this->guard(); }
  /// The value itself, without its lock.
  T& operator*() const { return this->state(); }
};

/// A fixed number of values that processes share, zero at first, and one lock for all of them.
/// \python{multiprocessing.Array}
template <class T>
class Array : public Guarded<T, RLock> {
 public:
  using Guarded<T, RLock>::Guarded;
  /// Throws std::system_error where memory is short.
  explicit Array(std::size_t n) : Guarded<T, RLock>{n} {}

  /// Calls `change(std::span<T>)` with the lock held, and returns what that returns. Blocks while somebody else holds
  /// it; throws OwnerDied.
  auto update(auto change) const {
    const std::scoped_lock held{mutex()};
    return change(std::span<T>{begin(), size()});
  }

  /// The lock, for more than one call at once.
  RLock& mutex() const { return this->guard(); }

  // ---- the values themselves, without their lock ----

  /// How many, fixed when it was made.
  std::size_t size() const { return this->memory().size(); }
  /// Not checked, as an array's.
  T& operator[](std::integral auto i) const { return this->memory()[i]; }
  /// The first.
  T* begin() const { return this->memory().begin(); }
  /// Behind the last.
  T* end() const { return this->memory().end(); }
};

}  // namespace mp
