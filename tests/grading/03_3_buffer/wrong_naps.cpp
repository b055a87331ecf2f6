// Wrong: naps and looks again, instead of sleeping until there is news.
// loses: sleeps
// says: Who waits should sleep until somebody notifies it
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
    std::unique_lock held{lock_, std::defer_lock};
    for (;;) {
      while (full() && !state().closed) ::usleep(1'000);
      held.lock();
      if (!full() || state().closed) break;
      held.unlock();
    }
    if (state().closed) return false;
    numbers_[(state().first + state().count++) % numbers_.size()] = number;
    return true;
  }

  std::optional<int> get() override {
    std::unique_lock held{lock_, std::defer_lock};
    for (;;) {
      while (empty() && !state().closed) ::usleep(1'000);
      held.lock();
      if (!empty() || state().closed) break;
      held.unlock();
    }
    if (state().count == 0) return std::nullopt;
    --state().count;
    return numbers_[state().first++ % numbers_.size()];
  }

  void close() override {
    const std::scoped_lock held{lock_};
    state().closed = true;
  }

 private:
  struct State {
    std::size_t first;
    std::atomic<std::size_t> count;
    std::atomic<bool> closed;
  };
  State& state() { return state_[0]; }
  bool full() { return state().count == numbers_.size(); }
  bool empty() { return state().count == 0; }

  mp::Lock lock_;
  mp::RawArray<State> state_{1};
  mp::RawArray<int> numbers_;
};

std::unique_ptr<Buffer> make_buffer(int capacity) { return std::make_unique<SharedBuffer>(capacity); }
