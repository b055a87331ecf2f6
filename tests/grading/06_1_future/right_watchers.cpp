// Right: everybody who waits has a condition variable of its own; the result and the error lie in one variant.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/clock.hpp"

// What its users see; leave that as it is.

struct Cancelled : std::runtime_error {
  Cancelled() : runtime_error{"the task was cancelled before it began"} {}
};
struct TimedOut : std::runtime_error {
  TimedOut() : runtime_error{"the future is not done yet"} {}
};

/// What will come of a task: a text, or an exception. Any thread may call any of it, at any time.
///
///     pending --begin--> running --set--> finished
///        `------cancel--> cancelled
struct Future {
  using Callback = std::function<void(Future& done)>;
  virtual ~Future() = default;

  // For whoever makes the call.
  virtual bool begin() = 0;  ///< from pending to running, then true; else nothing changes, and it is false
  virtual void set_result(std::string text) = 0;             ///< it is finished; nothing changes if it is done
  virtual void set_exception(std::exception_ptr error) = 0;  ///< the same

  // For whoever wants to have it.
  virtual std::string result() = 0;  ///< blocks until it is done; throws what the task has thrown, or Cancelled
  virtual std::string result_for(std::chrono::milliseconds limit) = 0;  ///< blocks so long, then throws TimedOut
  virtual std::exception_ptr exception() = 0;  ///< blocks until it is done; null for a result; throws Cancelled
  virtual bool cancel() = 0;                   ///< only while it is pending; true if it is cancelled now, or was
  virtual bool cancelled() = 0;
  virtual bool running() = 0;
  virtual bool done() = 0;                                ///< finished, or cancelled
  virtual void add_done_callback(Callback callback) = 0;  ///< called once with this future: when it is done
};

/// What came, for a result of any type.
template <class R>
class Slot {
 public:
  using Came = std::variant<R, std::exception_ptr, Cancelled>;

  /// Who waits, in one thread.
  struct Watcher {
    std::condition_variable news;
    bool is_told = false;
  };

  bool begin() {
    const std::lock_guard lock{mutex_};
    return !came_ && !std::exchange(has_begun_, true);
  }
  bool has_begun() const {
    const std::lock_guard lock{mutex_};
    return !came_ && has_begun_;
  }
  std::optional<Came> came() const {
    const std::lock_guard lock{mutex_};
    return came_;
  }
  /// What came before the deadline, or nothing.
  std::optional<Came> wait(const mp::Deadline& deadline) {
    std::unique_lock lock{mutex_};
    if (came_) return came_;
    Watcher me;
    const auto here = watchers_.insert(watchers_.end(), &me);
    while (!me.is_told && !deadline.passed())
      if (deadline.is_never())
        me.news.wait(lock);
      else
        me.news.wait_for(lock, deadline.remaining());
    if (!me.is_told) watchers_.erase(here);
    return came_;
  }
  /// It is here, or the answer is false.
  bool put(Came came) {
    std::unique_lock lock{mutex_};
    if (came_ || (has_begun_ && std::holds_alternative<Cancelled>(came))) return false;
    came_ = std::move(came);
    for (Watcher* watcher : watchers_) watcher->is_told = true, watcher->news.notify_one();
    watchers_.clear();
    const auto callbacks = std::exchange(callbacks_, {});
    lock.unlock();
    for (const auto& callback : callbacks) callback();
    return true;
  }
  /// Calls it later, or the answer is false.
  bool add(const std::function<void()>& callback) {
    const std::lock_guard lock{mutex_};
    if (!came_) callbacks_.push_back(callback);
    return !came_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Came> came_;
  bool has_begun_ = false;
  std::list<Watcher*> watchers_;
  std::list<std::function<void()>> callbacks_;
};

class TextFuture : public Future {
 public:
  bool begin() override { return slot_.begin(); }
  void set_result(std::string text) override { slot_.put(std::move(text)); }
  void set_exception(std::exception_ptr error) override { slot_.put(std::move(error)); }

  std::string result() override { return text_of(*slot_.wait({})); }
  std::string result_for(std::chrono::milliseconds limit) override {
    const auto came = slot_.wait(mp::Deadline{limit});
    return came ? text_of(*came) : throw TimedOut{};
  }
  std::exception_ptr exception() override {
    const auto came = *slot_.wait({});
    if (std::holds_alternative<Cancelled>(came)) throw Cancelled{};
    return came.index() == 1 ? std::get<1>(came) : nullptr;
  }

  bool cancel() override { return slot_.put(Cancelled{}) || cancelled(); }
  bool cancelled() override {
    const auto came = slot_.came();
    return came && std::holds_alternative<Cancelled>(*came);
  }
  bool running() override { return slot_.has_begun(); }
  bool done() override { return slot_.came().has_value(); }

  void add_done_callback(Callback callback) override {
    const auto guarded = [this, callback = std::move(callback)] {
      try {
        callback(*this);
      } catch (...) {
        std::fputs("a callback threw\n", stderr);
      }
    };
    if (!slot_.add(guarded)) guarded();
  }

 private:
  static std::string text_of(const Slot<std::string>::Came& came) {
    if (came.index() == 1) std::rethrow_exception(std::get<1>(came));
    if (came.index() == 2) throw Cancelled{};
    return std::get<0>(came);
  }

  Slot<std::string> slot_;
};

std::shared_ptr<Future> make_future() { return std::make_shared<TextFuture>(); }
