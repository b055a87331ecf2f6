// Wrong: who cancels the last task does not tell those who wait for the end.
// loses: twice
// says: Who takes the last task out
#include <condition_variable>
#include <deque>
#include <exception>
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
  explicit ThreadPool(int workers) : most_{static_cast<std::size_t>(workers)} {}
  ~ThreadPool() override {
    shutdown(true, false);
    for (std::thread& thread : threads_) thread.join();
  }

  std::future<int> submit(Task task) override {
    Job job{std::move(task), {}};
    auto future = job.promise.get_future();
    const std::scoped_lock lock{mutex_};
    if (is_shut_down_) throw std::logic_error{"this pool is shut down: it takes no more tasks"};
    const std::size_t free = threads_.size() - busy_;  // some of them may be on their way to tasks that wait
    if (waiting_.size() >= free && threads_.size() < most_)
      threads_.emplace_back([this] { work(); });
    else
      news_.notify_one();
    waiting_.push_back(std::move(job));
    return future;
  }

  void shutdown(bool wait, bool cancel) override {
    if (wait && works_here == this)
      throw mp::WouldDeadlock{"a task cannot wait for its own pool to be shut down: it would wait for itself"};
    std::deque<Job> cancelled;
    {
      const std::scoped_lock lock{mutex_};
      is_shut_down_ = true;
      if (cancel) cancelled.swap(waiting_);
      news_.notify_all();
    }
    for (Job& job : cancelled) job.promise.set_exception(std::make_exception_ptr(mp::CancelledError{}));
    cancelled.clear();
    if (!wait) return;
    std::unique_lock lock{mutex_};
    done_.wait(lock, [this] { return waiting_.empty() && busy_ == 0; });
  }

 private:
  struct Job {
    Task task;
    std::promise<int> promise;
  };

  void work() {
    works_here = this;
    std::unique_lock lock{mutex_};
    while (true) {
      news_.wait(lock, [this] { return !waiting_.empty() || is_shut_down_; });
      if (waiting_.empty()) return;
      Job job = std::move(waiting_.front());
      waiting_.pop_front();
      ++busy_;
      lock.unlock();
      carry_out(std::move(job));
      lock.lock();
      --busy_;
      if (busy_ == 0 && waiting_.empty()) done_.notify_all();
    }
  }

  /// Without the lock: all that was captured goes in here.
  static void carry_out(Job moved) {
    Job job = std::move(moved);
    int result = 0;
    std::exception_ptr error;
    try {
      result = job.task();
    } catch (...) {
      error = std::current_exception();
    }
    job.task = nullptr;
    error ? job.promise.set_exception(std::move(error)) : job.promise.set_value(result);
  }

  inline static thread_local const ThreadPool* works_here = nullptr;

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable news_, done_;
  std::deque<Job> waiting_;
  std::size_t busy_ = 0;
  bool is_shut_down_ = false;
  std::vector<std::thread> threads_;
};

/// A pool of at most so many threads, 1 or more.
std::unique_ptr<TaskPool> make_pool(int workers) { return std::make_unique<ThreadPool>(workers); }
