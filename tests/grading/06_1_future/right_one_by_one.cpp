// Right: one word says all, callbacks are taken one by one, limits end at a time of the system's clock, and a waiter is
// notified when the mutex is free again.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
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
    return change([this] { return is("pending"); }, "running");
  }
  void set_result(std::string text) override {
    finish([&] { return may_set() && (text_ = std::make_shared<const std::string>(std::move(text)), true); },
           "returned");
  }
  void set_exception(std::exception_ptr error) override {
    finish([&] { return may_set() && (error_ = std::move(error), true); }, "threw");
  }

  std::string result() override {
    wait();
    if (exception()) std::rethrow_exception(exception());
    return *text_;  // it never changes again
  }
  std::string result_for(std::chrono::milliseconds limit) override {
    const auto end = std::chrono::system_clock::now() + limit;
    std::unique_lock lock{mutex_};
    while (!is_over() && std::chrono::system_clock::now() < end) news_.wait_until(lock, end);
    if (!is_over()) throw TimedOut{};
    lock.unlock();
    return result();
  }
  std::exception_ptr exception() override {
    wait();
    return cancelled() ? throw Cancelled{} : error_;
  }

  bool cancel() override {
    finish([this] { return is("pending"); }, "cancelled");
    return cancelled();
  }
  bool cancelled() override { return word() == "cancelled"; }
  bool running() override { return word() == "running"; }
  bool done() override { return !running() && word() != "pending"; }

  void add_done_callback(Callback callback) override {
    std::unique_lock lock{mutex_};
    if (!is_over()) return callbacks_.push(std::move(callback));
    lock.unlock();
    call(callback);
  }

 private:
  bool is(const char* word) const { return word_ == word; }
  bool may_set() const { return is("pending") || is("running"); }
  bool is_over() const { return !may_set(); }
  std::string word() {
    const std::unique_lock lock{mutex_};
    return word_;
  }
  void wait() {
    for (std::unique_lock lock{mutex_}; !is_over();) news_.wait(lock);
  }
  bool change(const std::function<bool()>& may, const char* word) {
    const std::unique_lock lock{mutex_};
    return may() && (word_ = word, true);
  }
  void finish(const std::function<bool()>& may, const char* word) {
    if (!change(may, word)) return;  // from here on nobody adds to the callbacks, so they are this thread's alone
    news_.notify_all();
    for (; !callbacks_.empty(); callbacks_.pop()) call(callbacks_.front());
  }
  void call(const Callback& callback) {
    try {
      callback(*this);
    } catch (...) {  // its own affair
    }
  }

  std::mutex mutex_;
  std::condition_variable news_;
  std::string word_ = "pending";
  std::shared_ptr<const std::string> text_;
  std::exception_ptr error_;
  std::queue<Callback> callbacks_;
};

std::shared_ptr<Future> make_future() { return std::make_shared<TextFuture>(); }
