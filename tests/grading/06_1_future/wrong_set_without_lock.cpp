// Wrong: changes the phase without the mutex of those who wait.
// loses: waits
// says: it slept on
// racy: yes
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

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

class TextFuture : public Future {
 public:
  bool begin() override {
    const std::scoped_lock lock{changing_};
    if (phase_ != Phase::pending) return false;
    phase_ = Phase::running;
    return true;
  }
  void set_result(std::string text) override {
    become(Phase::finished, [&] { text_ = std::move(text); });
  }
  void set_exception(std::exception_ptr error) override {
    become(Phase::finished, [&] { error_ = std::move(error); });
  }

  std::string result() override {
    std::unique_lock lock{mutex_};
    news_.wait(lock, [this] { return is_done(); });
    return outcome();
  }
  std::string result_for(std::chrono::milliseconds limit) override {
    std::unique_lock lock{mutex_};
    if (!news_.wait_for(lock, limit, [this] { return is_done(); })) throw TimedOut{};  // it counts from the call
    return outcome();
  }
  std::exception_ptr exception() override {
    std::unique_lock lock{mutex_};
    news_.wait(lock, [this] { return is_done(); });
    if (phase_ == Phase::cancelled) throw Cancelled{};
    return error_;
  }

  bool cancel() override {
    return become(Phase::cancelled, [] {}) || cancelled();
  }
  bool cancelled() override { return phase() == Phase::cancelled; }
  bool running() override { return phase() == Phase::running; }
  bool done() override {
    const std::scoped_lock lock{mutex_};
    return is_done();
  }

  void add_done_callback(Callback callback) override {
    {
      const std::scoped_lock lock{changing_};  // to look and to add must be one step
      if (!is_done()) return callbacks_.push_back(std::move(callback));
    }
    call(callback);
  }

 private:
  enum class Phase { pending, running, finished, cancelled };

  Phase phase() {
    const std::scoped_lock lock{mutex_};
    return phase_;
  }
  bool is_done() const { return phase_ == Phase::finished || phase_ == Phase::cancelled; }
  std::string outcome() const {
    if (phase_ == Phase::cancelled) throw Cancelled{};
    if (error_) std::rethrow_exception(error_);
    return text_;
  }

  /// The one way to a phase that is final. Callbacks are called without the mutex, so that they may ask for the result.
  bool become(Phase phase, const std::function<void()>& store) {
    std::vector<Callback> callbacks;
    {
      const std::scoped_lock lock{changing_};
      if (is_done() || (phase == Phase::cancelled && phase_ == Phase::running)) return false;
      store();
      phase_ = phase;
      callbacks.swap(callbacks_);
      news_.notify_all();  // matches the waits in result, result_for and exception
    }
    for (const auto& callback : callbacks) call(callback);
    return true;
  }
  void call(const Callback& callback) try { callback(*this); } catch (...) {
    std::fprintf(stderr, "a callback of a future threw\n");
  }

  std::mutex mutex_;
  std::condition_variable news_;
  std::mutex changing_;
  std::atomic<Phase> phase_ = Phase::pending;
  std::string text_;
  std::exception_ptr error_;
  std::vector<Callback> callbacks_;
};

std::shared_ptr<Future> make_future() { return std::make_shared<TextFuture>(); }
