// Exercise 06_1: mend this. What will come of a task, for whoever waits for it.
#include <chrono>
#include <condition_variable>
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
    const std::scoped_lock lock{mutex_};
    if (phase_ != Phase::pending) return false;
    phase_ = Phase::running;
    return true;
  }
  void set_result(std::string text) override {
    const std::scoped_lock lock{mutex_};
    if (is_done()) return;
    text_ = std::move(text);
    finish();
  }
  void set_exception(std::exception_ptr error) override {
    const std::scoped_lock lock{mutex_};
    if (is_done()) return;
    error_ = std::move(error);
    finish();
  }

  std::string result() override {
    std::unique_lock lock{mutex_};
    if (!is_done()) news_.wait(lock);
    return take();
  }
  std::string result_for(std::chrono::milliseconds limit) override {
    std::unique_lock lock{mutex_};
    if (!is_done() && news_.wait_for(lock, limit) == std::cv_status::timeout) throw TimedOut{};
    return take();
  }
  std::exception_ptr exception() override {
    std::unique_lock lock{mutex_};
    if (!is_done()) news_.wait(lock);
    return error_;
  }

  bool cancel() override {
    if (running() || done()) return false;
    const std::scoped_lock lock{mutex_};
    phase_ = Phase::cancelled;
    return true;
  }
  bool cancelled() override {
    const std::scoped_lock lock{mutex_};
    return phase_ == Phase::cancelled;
  }
  bool running() override {
    const std::scoped_lock lock{mutex_};
    return phase_ == Phase::running;
  }
  bool done() override {
    const std::scoped_lock lock{mutex_};
    return is_done();
  }

  void add_done_callback(Callback callback) override {
    if (done()) return callback(*this);
    const std::scoped_lock lock{mutex_};
    callbacks_.push_back(std::move(callback));
  }

 private:
  enum class Phase { pending, running, finished, cancelled };

  bool is_done() const { return phase_ == Phase::finished || phase_ == Phase::cancelled; }
  void finish() {
    for (const auto& callback : callbacks_) callback(*this);
    phase_ = Phase::finished;
    news_.notify_one();
  }
  std::string take() {
    if (phase_ == Phase::cancelled) throw Cancelled{};
    if (error_) std::rethrow_exception(error_);
    return std::move(text_);
  }

  std::mutex mutex_;
  std::condition_variable news_;
  Phase phase_ = Phase::pending;
  std::string text_;
  std::exception_ptr error_;
  std::vector<Callback> callbacks_;
};

std::shared_ptr<Future> make_future() { return std::make_shared<TextFuture>(); }
