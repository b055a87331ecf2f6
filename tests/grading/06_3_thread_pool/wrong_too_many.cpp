// Wrong: starts a thread whenever nobody is idle.
// loses: together on_demand cancel twice
// says: tasks at the same time
// sometimes: results
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
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
  explicit ThreadPool(int /*workers*/) {}
  ~ThreadPool() override { shutdown(true, false); }

  std::future<int> submit(Task task) override {
    const std::scoped_lock lock{mutex_};
    if (is_shut_down_) throw std::logic_error{"the pool is shut down: it takes no more tasks"};
    // An idle worker may have been woken and not be here yet: a waiting task is its, so count both.
    if (idle_ <= waiting_.size()) threads_.emplace_back([this] { work(); });
    waiting_.push_back({std::move(task), {}});
    news_.notify_one();  // matches the wait in next_job
    return waiting_.back().promise.get_future();
  }

  void shutdown(bool wait, bool cancel) override {
    if (wait && here_ == this) throw mp::WouldDeadlock{"a task cannot wait for the end of the pool that makes it"};
    std::deque<Job> dropped;
    {
      const std::scoped_lock lock{mutex_};
      is_shut_down_ = true;
      if (cancel) dropped.swap(waiting_);
    }
    news_.notify_all();  // each of them has to go home
    for (Job& job : dropped) job.promise.set_exception(std::make_exception_ptr(mp::CancelledError{}));
    dropped.clear();  // without the lock: what they have captured may call us as it goes
    if (wait) join();
  }

 private:
  struct Job {
    Task task;
    std::promise<int> promise;

    void run() try {
      const int result = task();
      promise.set_value(result);
    } catch (...) {  // whatever it is: it must not leave the thread
      promise.set_exception(std::current_exception());
    }
  };

  void work() {
    here_ = this;
    while (auto job = next_job()) job->run();
  }

  /// Nothing when there will be no more.
  std::optional<Job> next_job() {
    std::unique_lock lock{mutex_};
    ++idle_;
    news_.wait(lock, [this] { return !waiting_.empty() || is_shut_down_; });
    --idle_;
    if (waiting_.empty()) return std::nullopt;
    std::optional job{std::move(waiting_.front())};
    waiting_.pop_front();
    return job;
  }

  /// Needs no `mutex_`: once the pool is shut down, no thread is added. And the workers need that to come to their end.
  void join() {
    const std::scoped_lock lock{joining_};  // the second waits until the first has joined them all
    for (std::thread& thread : threads_)
      if (thread.joinable()) thread.join();
  }

  inline static thread_local const ThreadPool* here_ = nullptr;  // whose worker this thread is

  std::mutex mutex_;  // of what follows
  std::condition_variable news_;
  std::deque<Job> waiting_;
  std::size_t idle_ = 0;
  bool is_shut_down_ = false;
  std::vector<std::thread> threads_;

  std::mutex joining_;
};

/// A pool of at most so many threads, 1 or more.
std::unique_ptr<TaskPool> make_pool(int workers) { return std::make_unique<ThreadPool>(workers); }
