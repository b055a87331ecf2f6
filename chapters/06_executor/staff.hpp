#pragma once
/// \file
/// Who carries out the tasks of an executor, so that one that waits for itself is told, and does not wait for ever.

#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <utility>

namespace mp {

/// To wait here would be to wait for ever: for a task that only this thread could do, or whoever waits for it. In
/// Python it is a deadlock.
class WouldDeadlock : public std::logic_error {
  using std::logic_error::logic_error;
};

/// The threads that an executor's futures depend on: those that run its tasks, or the one that takes their results. One
/// that waits for such a future without a limit is counted, until the future is done.
class Staff {
 public:
  explicit Staff(long size) : size_{size} {}

  /// While it lives, this thread is one of them.
  class Member {
   public:
    explicit Member(const Staff& staff) : before_{std::exchange(here, &staff)} {}
    ~Member() { here = before_; }
    Member(const Member&) = delete;

   private:
    const Staff* before_;
  };
  bool has_this_thread() const { return here == this; }
  bool is_of_this_process() const { return ::getpid() == pid_; }
  void expect_this_process() const {
    if (!is_of_this_process()) throw std::logic_error{"this executor belongs to another process: make one here"};
  }

  /// One of them begins to wait for what only they can do; false if then all would.
  bool begin_to_wait() {
    for (long waiting = waiting_; waiting + 1 < size_;)
      if (waiting_.compare_exchange_weak(waiting, waiting + 1)) return true;
    return false;
  }
  /// By the future, when it is done: who waited may wake much later.
  void end_to_wait() { --waiting_; }

 private:
  inline static thread_local const Staff* here = nullptr;
  const long size_;
  const pid_t pid_ = ::getpid();
  std::atomic<long> waiting_ = 0;
};

}  // namespace mp
