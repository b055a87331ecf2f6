// Wrong: looks whether it is closed before it waits, and after that only if it is full still.
// loses: closes
// says: it put all the same
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <memory>
#include <mutex>
#include <optional>

#include "03_lock_value/lock.hpp"
#include "common/point.hpp"
#include "common/raw_array.hpp"

/// What its users see; leave it as it is.
struct Buffer {
  virtual ~Buffer() = default;
  /// Puts a number; waits while the buffer is full. False, and nothing is put, once it is closed.
  virtual bool put(int number) = 0;
  /// Takes the number that has been in it the longest; waits while the buffer is empty. Once it is closed, it gives out
  /// what is left, and then nothing.
  virtual std::optional<int> get() = 0;
  /// Nothing more can be put; everybody who waits comes back.
  virtual void close() = 0;
};

/// What a condition is made of, shared by this process and all that it forks; leave it as it is.
class BareCondition {
 public:
  /// Gives the lock up, sleeps until somebody notifies, and takes the lock again. It may come back for no reason at
  /// all: when a signal's handler has run, for one.
  void wait(std::unique_lock<mp::Lock>& held) {
    mp::point("wait");
    const int seen = news_[0];  // before the lock is free: what is notified from now on is not missed
    held.unlock();
    (void)::syscall(SYS_futex, &news_[0], FUTEX_WAIT, seen, nullptr, nullptr, 0);  // matches notify
    mp::point("wake");
    held.lock();
  }
  /// Wakes the one that has slept the longest; nobody, when nobody sleeps.
  void notify_one() { notify(1); }
  /// Wakes all who sleep.
  void notify_all() { notify(INT_MAX); }

 private:
  void notify(int most) {
    ++news_[0];
    (void)::syscall(SYS_futex, &news_[0], FUTEX_WAKE, most);  // matches wait
  }

  mp::RawArray<std::atomic<int>> news_{1};
};

class SharedBuffer : public Buffer {
 public:
  explicit SharedBuffer(int capacity) : numbers_{static_cast<std::size_t>(capacity)} {}

  bool put(int number) override {
    std::unique_lock held{lock_};
    if (state().closed) return false;
    while (state().count == numbers_.size()) {
      not_full_.wait(held);
      if (state().closed && state().count == numbers_.size()) return false;
    }
    numbers_[(state().first + state().count++) % numbers_.size()] = number;
    not_empty_.notify_all();  // all: the one that is woken may be killed before it takes anything
    return true;
  }

  std::optional<int> get() override {
    std::unique_lock held{lock_};
    while (state().count == 0 && !state().closed) not_empty_.wait(held);  // matches put and close
    if (state().count == 0) return std::nullopt;
    --state().count;
    not_full_.notify_all();
    return numbers_[state().first++ % numbers_.size()];
  }

  void close() override {
    const std::scoped_lock held{lock_};  // nobody is between its look at `closed` and its sleep
    state().closed = true;
    not_full_.notify_all();
    not_empty_.notify_all();
  }

 private:
  /// What the lock guards, with the numbers.
  struct State {
    std::size_t first, count;
    bool closed;
  };
  State& state() { return state_[0]; }

  mp::Lock lock_;
  mp::RawArray<State> state_{1};
  mp::RawArray<int> numbers_;  // a ring
  BareCondition not_full_, not_empty_;
};

/// A buffer for at most `capacity` numbers, shared by this process and all that it forks.
std::unique_ptr<Buffer> make_buffer(int capacity) { return std::make_unique<SharedBuffer>(capacity); }
