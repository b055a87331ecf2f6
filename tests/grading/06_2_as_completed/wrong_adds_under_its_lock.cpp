// Wrong: it holds its mutex while it adds callbacks, and one of them is called at once.
// loses: as_they_come no_gap quick
// says: do you hold the mutex then that the callback locks?
#include <condition_variable>
#include <deque>
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
    given_ = to_come_ = std::ssize(different);
    done_->add_all(different);
  }

  FuturePtr next() override {
    if (to_come_ == 0) return nullptr;
    auto future = done_->take(time_, end_);
    if (!future) throw mp::TimeoutError{fmt::format("{} (of {}) futures unfinished", to_come_, given_)};
    --to_come_;
    return future;
  }

 private:
  /// The callbacks share it with us. It has no future that is not done: each of those has a callback, which has this.
  class Done : public std::enable_shared_from_this<Done> {
   public:
    void add_all(const std::set<FuturePtr>& futures) {
      const std::scoped_lock lock{mutex_};
      for (const auto& future : futures)
        if (future->done())
          all_.push_back(future);
        else
          future->add_done_callback([done = shared_from_this()](const FuturePtr& which) { done->add(which); });
    }
    void add(const FuturePtr& future) {
      const std::scoped_lock lock{mutex_};
      all_.push_back(future);
      news_.notify_one();  // matches the sleep in take
    }
    /// The first; null if the time is over.
    FuturePtr take(Time& time, std::optional<mp::Seconds> end) {
      std::unique_lock lock{mutex_};
      while (all_.empty()) {
        if (end && time.now() >= *end) return nullptr;
        time.sleep(news_, lock, end);
      }
      const auto first = all_.front();
      all_.pop_front();
      return first;
    }

   private:
    std::mutex mutex_;
    std::condition_variable news_;
    std::deque<FuturePtr> all_;
  };

  Time& time_;
  std::optional<mp::Seconds> end_;
  long given_ = 0, to_come_ = 0;  // known only to the thread that takes, so they need no lock
  std::shared_ptr<Done> done_ = std::make_shared<Done>();
};

/// Each of the futures, once, as they are done. After `timeout`, counted from this call, what is still to come throws
/// mp::TimeoutError. `time` stays longer than what this returns.
std::unique_ptr<Completed> as_completed(const std::vector<FuturePtr>& futures, std::optional<mp::Seconds> timeout,
                                        Time& time) {
  return std::make_unique<AsCompleted>(futures, timeout, time);
}
