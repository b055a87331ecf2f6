#pragma once
/// \file
/// What Python has and C++ has not: one lock that every thread must hold to compute.

#include <condition_variable>
#include <mutex>

namespace mp {

/// Goes round among those who want it, first come, first served. Hold it by `std::scoped_lock`.
class GlobalLock {
 public:
  void lock() {
    std::unique_lock guard{mutex_};
    served_.wait(guard, [&, mine = next_++] { return serving_ == mine; });
  }
  void unlock() {  // matches the wait in lock
    const std::scoped_lock guard{mutex_};
    ++serving_;
    served_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable served_;
  long next_ = 0, serving_ = 0;
};

}  // namespace mp
