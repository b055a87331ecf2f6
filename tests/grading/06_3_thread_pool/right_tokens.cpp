// Right: semaphores, as in Python: a token for each task, one for each idle worker, and a last one that is passed on.
#include <semaphore.h>

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

class Tokens {
 public:
  Tokens() { ::sem_init(&semaphore_, 0, 0); }
  ~Tokens() { ::sem_destroy(&semaphore_); }
  Tokens(const Tokens&) = delete;
  void put() { ::sem_post(&semaphore_); }
  void take() {
    while (::sem_wait(&semaphore_) != 0) continue;
  }
  bool try_take() { return ::sem_trywait(&semaphore_) == 0; }

 private:
  sem_t semaphore_{};
};

class ThreadPool : public TaskPool {
 public:
  explicit ThreadPool(int workers) : most_{static_cast<std::size_t>(workers)} {}
  ~ThreadPool() override { shutdown(true, false); }

  std::future<int> submit(Task task) override {
    const std::scoped_lock lock{mutex_};
    if (is_shut_down_) throw std::logic_error{"shut down"};
    waiting_.push_back({std::move(task), {}});
    auto future = waiting_.back().promise.get_future();
    tasks_.put();
    if (!idle_.try_take() && threads_.size() < most_) threads_.emplace_back([this] { work(); });
    return future;
  }

  void shutdown(bool wait, bool cancel) override {
    if (cancel) drop_all();
    {
      const std::scoped_lock lock{mutex_};
      is_shut_down_ = true;
    }
    if (cancel) drop_all();  // what came between
    tasks_.put();
    if (!wait) return;
    if (pool_here == this) throw mp::WouldDeadlock{"within a task"};
    const std::scoped_lock lock{joining_};
    for (; !threads_.empty(); threads_.pop_back()) threads_.back().join();
  }

 private:
  struct Job {
    Task task;
    std::promise<int> promise;
  };

  std::optional<Job> pop() {
    const std::scoped_lock lock{mutex_};
    if (waiting_.empty()) return std::nullopt;
    std::optional job{std::move(waiting_.front())};
    waiting_.pop_front();
    return job;
  }
  void drop_all() {
    while (auto job = pop()) job->promise.set_exception(std::make_exception_ptr(mp::CancelledError{}));
  }
  bool is_over() {
    const std::scoped_lock lock{mutex_};
    return is_shut_down_ && waiting_.empty();
  }

  void work() {
    pool_here = this;
    for (bool is_new = true;; is_new = false) {
      if (!is_new) idle_.put();  // the first task is the one that it was started for
      tasks_.take();
      if (auto job = pop()) make(*job);
      if (is_over()) return tasks_.put();  // for the next
    }
  }
  static void make(Job& job) try {
    const int result = job.task();
    job.promise.set_value(result);
  } catch (...) {
    job.promise.set_exception(std::current_exception());
  }

  inline static thread_local const ThreadPool* pool_here = nullptr;
  const std::size_t most_;
  Tokens tasks_, idle_;
  std::mutex mutex_, joining_;
  std::deque<Job> waiting_;
  bool is_shut_down_ = false;
  std::vector<std::thread> threads_;
};

/// A pool of at most so many threads, 1 or more.
std::unique_ptr<TaskPool> make_pool(int workers) { return std::make_unique<ThreadPool>(workers); }
