// Wrong: one wake for each change: it may go to one that is killed.
// loses: killed
// says: the one that woke first was killed before it was taken
// racy: yes
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

struct Buffer {
  virtual ~Buffer() = default;
  virtual bool put(int number) = 0;
  virtual std::optional<int> get() = 0;
  virtual void close() = 0;
};

class BareCondition {
 public:
  void wait(std::unique_lock<mp::Lock>& held) {
    mp::point("wait");
    const int seen = news_[0];
    held.unlock();
    (void)::syscall(SYS_futex, &news_[0], FUTEX_WAIT, seen, nullptr, nullptr, 0);
    mp::point("wake");
    held.lock();
  }
  void notify_one() { notify(1); }
  void notify_all() { notify(INT_MAX); }

 private:
  void notify(int most) {
    ++news_[0];
    (void)::syscall(SYS_futex, &news_[0], FUTEX_WAKE, most);
  }

  mp::RawArray<std::atomic<int>> news_{1};
};

class SharedBuffer : public Buffer {
 public:
  explicit SharedBuffer(int capacity) : numbers_{static_cast<std::size_t>(capacity)} {}

  bool put(int number) override {
    std::unique_lock held{lock_};
    while (state().count == numbers_.size() && !state().closed) not_full_.wait(held);
    if (state().closed) return false;
    numbers_[(state().first + state().count++) % numbers_.size()] = number;
    not_empty_.notify_one();
    return true;
  }

  std::optional<int> get() override {
    std::unique_lock held{lock_};
    while (state().count == 0 && !state().closed) not_empty_.wait(held);
    if (state().count == 0) return std::nullopt;
    --state().count;
    not_full_.notify_one();
    return numbers_[state().first++ % numbers_.size()];
  }

  void close() override {
    const std::scoped_lock held{lock_};
    state().closed = true;
    not_full_.notify_all();
    not_empty_.notify_all();
  }

 private:
  struct State {
    std::size_t first, count;
    bool closed;
  };
  State& state() { return state_[0]; }

  mp::Lock lock_;
  mp::RawArray<State> state_{1};
  mp::RawArray<int> numbers_;
  BareCondition not_full_, not_empty_;
};

std::unique_ptr<Buffer> make_buffer(int capacity) { return std::make_unique<SharedBuffer>(capacity); }
