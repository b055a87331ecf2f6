// Exercise 06_2: mend this. Futures as they are done, and one timeout for all of them.
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
  AsCompleted(const std::vector<FuturePtr>& futures, std::optional<mp::Seconds> timeout, Time& time)
      : timeout_{timeout}, time_{time} {
    const std::set<FuturePtr> different{futures.begin(), futures.end()};
    futures_ = {different.begin(), different.end()};
    for (const auto& future : futures_)
      future->add_done_callback([this](const FuturePtr&) {
        const std::scoped_lock lock{mutex_};
        news_.notify_one();
      });
  }

  FuturePtr next() override {
    if (at_ == futures_.size()) return nullptr;
    std::unique_lock lock{mutex_};
    std::optional<mp::Seconds> end;
    if (timeout_) end = time_.now() + *timeout_;
    while (!futures_[at_]->done()) {
      time_.sleep(news_, lock, end);
      if (end && time_.now() >= *end) throw mp::TimeoutError{"the future is not done yet"};
    }
    return futures_[at_++];
  }

 private:
  std::optional<mp::Seconds> timeout_;
  Time& time_;
  std::mutex mutex_;
  std::condition_variable news_;
  std::vector<FuturePtr> futures_;
  std::size_t at_ = 0;
};

/// Each of the futures, once, as they are done. After `timeout`, counted from this call, what is still to come throws
/// mp::TimeoutError. `time` stays longer than what this returns.
std::unique_ptr<Completed> as_completed(const std::vector<FuturePtr>& futures, std::optional<mp::Seconds> timeout,
                                        Time& time) {
  return std::make_unique<AsCompleted>(futures, timeout, time);
}
