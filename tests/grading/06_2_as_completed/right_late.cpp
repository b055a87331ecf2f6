// Callbacks that are added when they are needed, and share nothing for longer than they run.
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
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
    const std::set<FuturePtr> different{futures.begin(), futures.end()};
    given_ = different.size();
    for (const auto& future : different) (future->done() ? done_before_ : watched_later_).push_back(future);
  }

  FuturePtr next() override {
    if (!done_before_.empty()) return ++taken_, last_of(done_before_);
    if (taken_ == given_) return nullptr;
    while (!watched_later_.empty()) watch(last_of(watched_later_));
    std::unique_lock lock{arrived_->mutex};
    while (arrived_->all.empty()) {
      if (end_ && time_.now() >= *end_)
        throw mp::TimeoutError{std::to_string(given_ - taken_) + " (of " + std::to_string(given_) +
                               ") futures unfinished"};
      time_.sleep(arrived_->news, lock, end_);
    }
    return ++taken_, last_of(arrived_->all);
  }

 private:
  struct Arrived {
    std::mutex mutex;
    std::condition_variable news;
    std::vector<FuturePtr> all;
  };
  static FuturePtr last_of(std::vector<FuturePtr>& futures) {
    auto last = std::move(futures.back());
    futures.pop_back();
    return last;
  }
  void watch(const FuturePtr& future) {
    future->add_done_callback([weak = std::weak_ptr{arrived_}](const FuturePtr& which) {
      const auto arrived = weak.lock();
      if (!arrived) return;
      const std::scoped_lock lock{arrived->mutex};
      arrived->all.push_back(which);
      arrived->news.notify_all();  // matches the sleep in next
    });
  }

  Time& time_;
  std::optional<mp::Seconds> end_;
  std::vector<FuturePtr> done_before_, watched_later_;
  std::size_t given_ = 0, taken_ = 0;
  std::shared_ptr<Arrived> arrived_ = std::make_shared<Arrived>();
};

/// Each of the futures, once, as they are done. After `timeout`, counted from this call, what is still to come throws
/// mp::TimeoutError. `time` stays longer than what this returns.
std::unique_ptr<Completed> as_completed(const std::vector<FuturePtr>& futures, std::optional<mp::Seconds> timeout,
                                        Time& time) {
  return std::make_unique<AsCompleted>(futures, timeout, time);
}
