// Wrong: its callbacks change nothing under the mutex: who is about to sleep does not hear them.
// loses: no_gap
// says: slept on for ever
// racy: yes
#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "06_executor/future.hpp"

// What it works with, and what its users see; leave that as it is.

struct Future;
using FuturePtr = std::shared_ptr<Future>;

/// What will come of a task. Every call may be made in any thread; it may have to wait for others who are busy with
/// this future.
struct Future {
  virtual ~Future() = default;
  virtual bool done() const = 0;  ///< finished or cancelled; then it is so for ever
  virtual bool cancelled() const = 0;
  virtual int result() const = 0;  ///< once it is done; throws what the task has thrown, or mp::CancelledError
  /// Calls it with this future, once: when it is done, in the thread that brings the result, a moment after `done()`
  /// has begun to say so; or at once, in this thread, if it is done. Until then the future keeps the callback.
  virtual void add_done_callback(std::function<void(const FuturePtr&)> callback) = 0;
};

/// The time. The checks say how late it is; a program takes std::chrono and `news.wait_until`.
struct Time {
  virtual ~Time() = default;
  virtual mp::Seconds now() = 0;  ///< since some beginning
  /// Gives the mutex back, sleeps until `news` is notified, or until `end`, if there is one, and takes the mutex again.
  /// As every condition variable it may wake for no reason.
  virtual void sleep(std::condition_variable& news, std::unique_lock<std::mutex>& lock,
                     std::optional<mp::Seconds> end) = 0;
};

/// What one thread takes, future by future.
struct Completed {
  virtual ~Completed() = default;  ///< may come at any time but in `next`, and waits for nobody
  /// Blocks until some future is done, and returns it; null at the end. Throws mp::TimeoutError.
  virtual FuturePtr next() = 0;
};

class AsCompleted : public Completed {
 public:
  AsCompleted(const std::vector<FuturePtr>& futures, std::optional<mp::Seconds> timeout, Time& time) : time_{time} {
    if (timeout) end_ = time.now() + *timeout;
    for (const auto& future : futures)
      if (std::find(to_come_.begin(), to_come_.end(), future) == to_come_.end()) to_come_.push_back(future);
    given_ = to_come_.size();
    const auto not_done = std::partition(to_come_.begin(), to_come_.end(), [](auto& each) { return each->done(); });
    for (auto each = not_done; each != to_come_.end(); ++each)
      (*each)->add_done_callback([bell = bell_](const FuturePtr&) {
        bell->news.notify_one();  // matches the sleep in next
      });
  }

  FuturePtr next() override {
    while (!to_come_.empty()) {
      const bool is_late = end_ && time_.now() >= *end_;
      const auto done = std::find_if(to_come_.begin(), to_come_.end(), [](auto& each) { return each->done(); });
      if (done != to_come_.end()) {
        const auto future = *done;
        to_come_.erase(done);
        return future;
      }
      if (is_late) throw mp::TimeoutError{fmt::format("{} (of {}) futures unfinished", to_come_.size(), given_)};
      std::unique_lock lock{bell_->mutex};
      time_.sleep(bell_->news, lock, end_);
    }
    return nullptr;
  }

 private:
  struct Bell {
    std::mutex mutex;
    std::condition_variable news;
  };

  Time& time_;
  std::optional<mp::Seconds> end_;
  std::vector<FuturePtr> to_come_;
  std::size_t given_ = 0;
  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
};

/// Each of the futures, once, as they are done. After `timeout`, counted from this call, what is still to come throws
/// mp::TimeoutError. `time` stays longer than what this returns.
std::unique_ptr<Completed> as_completed(const std::vector<FuturePtr>& futures, std::optional<mp::Seconds> timeout,
                                        Time& time) {
  return std::make_unique<AsCompleted>(futures, timeout, time);
}
