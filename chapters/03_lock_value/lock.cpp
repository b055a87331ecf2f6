// A robust mutex, waited for in slices.
//
// The kernel hands a robust mutex on when its owner dies. What it cannot see: a waiter that was woken, and is killed
// before it takes the mutex, has used up the only wake. So nobody sleeps longer than a slice without looking.
#include "03_lock_value/lock.hpp"

#include <unistd.h>

namespace mp {
namespace {

/// EBUSY or ETIMEDOUT when somebody else holds it still.
int lock_within_a_slice(pthread_mutex_t& mutex, const Deadline& deadline) {
#ifdef __SANITIZE_THREAD__  // Debian 12's does not know pthread_mutex_clocklock
  ::usleep(deadline.passed() ? 0 : 500);
  return ::pthread_mutex_trylock(&mutex);
#else
  const Seconds slice = std::min(Seconds{0.05}, deadline.remaining());
  const auto until = (Clock::now() + std::chrono::duration_cast<Clock::duration>(slice)).time_since_epoch();
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(until);
  const timespec at{whole.count(), std::chrono::nanoseconds{until - whole}.count()};
  return ::pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &at);
#endif
}

}  // namespace

void RobustMutex::init(int kind) {
  pthread_mutexattr_t attributes;
  check_code(::pthread_mutexattr_init(&attributes), "pthread_mutexattr_init");
  ::pthread_mutexattr_settype(&attributes, kind);
  ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  check_code(::pthread_mutex_init(&mutex_, &attributes), "pthread_mutex_init");
  ::pthread_mutexattr_destroy(&attributes);
}

bool RobustMutex::lock_anyway(const Deadline& deadline) {
  int code = ::pthread_mutex_trylock(&mutex_);
  while (code == EBUSY || code == ETIMEDOUT) {
    if (deadline.passed()) return false;
    code = lock_within_a_slice(mutex_, deadline);
  }
  if (code == EDEADLK && deadline.passed()) return false;  // try_lock by its holder
  if (code == EOWNERDEAD) {
    half_changed_ = true;
    code = ::pthread_mutex_consistent(&mutex_);
  }
  check_code(code, "lock");
  return true;
}

bool RobustMutex::lock(const Deadline& deadline) {
  if (!lock_anyway(deadline)) return false;
  if (!half_changed_) return true;
  unlock();
  throw OwnerDied{};
}

void RobustMutex::unlock() {
  if (::pthread_mutex_unlock(&mutex_) != 0) throw std::logic_error{"this thread does not hold the lock"};
}

void RobustMutex::recover(const std::function<void()>& repair) {
  lock_anyway(Deadline{});
  try {
    if (std::exchange(half_changed_, false)) repair();  // whoever dies in it leaves EOWNERDEAD again
  } catch (...) {
    half_changed_ = true;
    unlock();
    throw;
  }
  unlock();
}

void RobustMutex::let_go() {
  while (::pthread_mutex_unlock(&mutex_) == 0) continue;
}

}  // namespace mp
