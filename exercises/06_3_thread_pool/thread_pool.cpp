// Exercise 06_3: mend this. A thread pool that shuts down both ways.
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "06_executor/future.hpp"  // mp::CancelledError, mp::WouldDeadlock

// What its users see; leave that as it is.

/// A call to make. It may throw whatever it likes.
using Task = std::function<int()>;

/// Every call may be made in any thread, by several at once, and within tasks.
struct TaskPool {
  /// Shuts it down, and waits until all is done and its threads are gone. Never within a task of its own, and never
  /// beside another call.
  virtual ~TaskPool() = default;
  /// What the task will return or throw. Waits for no task. Throws std::logic_error once the pool is shut down.
  virtual std::future<int> submit(Task task) = 0;
  /// Takes no more tasks. With `cancel`, those that have not begun never do: their futures throw mp::CancelledError.
  /// With `wait`, it returns when all others are done; throws mp::WouldDeadlock within a task of this pool.
  virtual void shutdown(bool wait, bool cancel) = 0;
};

class ThreadPool : public TaskPool {
 public:
  explicit ThreadPool(int /*workers*/) : thread_{[this] { work(); }} {}
  ~ThreadPool() override {
    if (thread_.joinable()) shutdown(true, false);
  }

  std::future<int> submit(Task task) override {
    const std::scoped_lock lock{mutex_};
    waiting_.push_back({std::move(task), {}});
    news_.notify_one();
    return waiting_.back().promise.get_future();
  }

  void shutdown(bool /*wait*/, bool /*cancel*/) override {
    {
      const std::scoped_lock lock{mutex_};
      is_shut_down_ = true;
      news_.notify_one();
    }
    thread_.join();
  }

 private:
  struct Job {
    Task task;
    std::promise<int> promise;
  };

  void work() {
    std::unique_lock lock{mutex_};
    while (true) {
      news_.wait(lock, [this] { return !waiting_.empty() || is_shut_down_; });
      if (waiting_.empty()) return;
      Job job = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      job.promise.set_value(job.task());
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<Job> waiting_;
  bool is_shut_down_ = false;
  std::thread thread_;  // the last: it uses the others
};

/// A pool of at most so many threads, 1 or more.
std::unique_ptr<TaskPool> make_pool(int workers) { return std::make_unique<ThreadPool>(workers); }
