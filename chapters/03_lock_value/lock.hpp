#pragma once
/// \file
/// Locks that threads and processes share, and that survive whoever holds them.
///
/// \code
/// mp::Lock lock;
/// mp::Process worker{mp::start::spawn, mp::fn<work>, lock};  // copies are handles of one lock
/// worker.start();
/// {
///   const std::scoped_lock held{lock};
///   …
/// }
/// \endcode

#include <pthread.h>

#include <functional>
#include <stdexcept>

#include "03_lock_value/handle.hpp"
#include "common/clock.hpp"

namespace mp {

/// Who held the lock died: what it guards may be half changed. `recover` it.
class OwnerDied : public std::runtime_error {
 public:
  OwnerDied() : std::runtime_error{"the lock's owner died: what it guards may be half changed, recover() it"} {}
};

/// What is behind a Lock: a mutex of the C library that the kernel releases when its owner dies (a *robust* one), and
/// whether what it guards has been left half changed.
class RobustMutex {
 public:
  void init(int kind);

  /// False when the deadline passes first. Throws OwnerDied, and does not hold it then; std::system_error where
  /// waiting would be for ever, as this thread holds it.
  bool lock(const Deadline& deadline);
  /// The same for what is whole at any moment: no matter who died.
  bool lock_anyway(const Deadline& deadline);
  void unlock();
  void recover(const std::function<void()>& repair);

  /// Before this process unmaps it: the C library keeps a list of what each thread holds.
  void let_go();

 private:
  pthread_mutex_t mutex_;
  bool half_changed_;
};

/// What Lock and RLock have in common.
///
/// \threads It belongs to the thread that took it; only that can release it, where Python lets anybody.
///
/// \death When its holder dies, the next one to take the lock gets OwnerDied, as does everybody after it, until
/// somebody has called `recover`. Python waits for the dead one for ever.
///
/// It is *lockable* as the standard library wants it: use `std::scoped_lock` or `std::unique_lock`. As with any mutex,
/// the last handle in a process must not go while another thread there holds it; if this one does, that releases it.
class RobustLock : public Handle<RobustMutex> {
 public:
  using Handle::Handle;

  /// \blocks until it is free. Throws OwnerDied, and std::system_error when waiting would be for ever.
  void lock() { state().lock(Deadline{}); }
  /// Does not block: false when somebody holds it. Throws OwnerDied.
  bool try_lock() { return state().lock(Deadline{Seconds{0}}); }
  /// Waits at most so long. Throws what `lock` throws.
  bool try_lock_for(Seconds limit) { return state().lock(Deadline{limit}); }
  /// Throws std::logic_error when this thread does not hold it.
  void unlock() { state().unlock(); }

  /// After OwnerDied: calls `repair` with the lock held, and all is well again. If somebody else has done that, it does
  /// nothing; if `repair` throws, or dies, the lock stays as it was. Blocks as `lock` does.
  void recover(const std::function<void()>& repair) { state().recover(repair); }

 protected:
  explicit RobustLock(int kind) { state().init(kind); }
};

/// A lock: one holder at a time, in whatever thread or process. A holder that takes it again gets std::system_error.
/// \python{multiprocessing.Lock}
class Lock : public RobustLock {
 public:
  using RobustLock::RobustLock;
  Lock() : RobustLock{PTHREAD_MUTEX_ERRORCHECK} {}
};

/// A lock that its holder may take again, and releases as often. \python{multiprocessing.RLock}
class RLock : public RobustLock {
 public:
  using RobustLock::RobustLock;
  RLock() : RobustLock{PTHREAD_MUTEX_RECURSIVE} {}
};

}  // namespace mp
