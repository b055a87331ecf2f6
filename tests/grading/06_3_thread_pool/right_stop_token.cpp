// Right: the condition variable hears of the end by a stop token, and who waits counts the workers that are left.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <stop_token>
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
  explicit ThreadPool(int workers) : most_{workers} {}
  ~ThreadPool() override { shutdown(true, false); }

  std::future<int> submit(Task task) override {
    const std::scoped_lock lock{mutex_};
    if (over_.stop_requested()) throw std::logic_error{"shut down"};
    if (idle_ <= std::ssize(waiting_) && std::ssize(threads_) < most_) {
      threads_.emplace_back([this] { work(); });
      ++left_;
    }
    waiting_.emplace_back([task = std::move(task)](bool cancelled) {
      if (cancelled) throw mp::CancelledError{};
      return task();
    });
    news_.notify_one();
    return waiting_.back().get_future();
  }

  void shutdown(bool wait, bool cancel) override {
    std::deque<Job> dropped;
    std::unique_lock lock{mutex_};
    over_.request_stop();
    if (cancel) dropped.swap(waiting_);
    const bool is_worker = std::ranges::any_of(
        threads_, [](const std::jthread& thread) { return thread.get_id() == std::this_thread::get_id(); });
    lock.unlock();
    for (Job& job : dropped) job(true);
    dropped.clear();
    if (!wait) return;
    if (is_worker) throw mp::WouldDeadlock{"within a task"};
    lock.lock();
    gone_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  using Job = std::packaged_task<int(bool cancelled)>;

  void work() {
    std::unique_lock lock{mutex_};
    while (wait_for_news(lock)) {
      Job job = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      job(false);
      job = {};
      lock.lock();
    }
    --left_;
    gone_.notify_all();
  }

  bool wait_for_news(std::unique_lock<std::mutex>& lock) {
    ++idle_;
    news_.wait(lock, over_.get_token(), [this] { return !waiting_.empty(); });
    --idle_;
    return !waiting_.empty();
  }

  const long most_;
  std::mutex mutex_;
  std::stop_source over_;
  std::condition_variable_any news_;
  std::condition_variable gone_;
  std::deque<Job> waiting_;
  long idle_ = 0, left_ = 0;
  std::vector<std::jthread> threads_;  // the last: it uses the others
};

/// A pool of at most so many threads, 1 or more.
std::unique_ptr<TaskPool> make_pool(int workers) { return std::make_unique<ThreadPool>(workers); }
