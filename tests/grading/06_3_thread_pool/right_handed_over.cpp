// Right: a task is put into the hands of one worker that sleeps, each by itself; only the others stand in a queue.
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <list>
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
  explicit ThreadPool(int workers) : most_{static_cast<std::size_t>(workers)} {}
  ~ThreadPool() override { shutdown(true, false); }

  std::future<int> submit(Task task) override {
    Job job{std::move(task), {}};
    auto future = job.promise.get_future();
    const std::scoped_lock lock{mutex_};
    if (is_shut_down_) throw std::logic_error{"shut down"};
    if (!idle_.empty())
      hand_over(std::move(job));
    else if (workers_.size() < most_)
      hire(std::move(job));
    else
      waiting_.push_back(std::move(job));
    return future;
  }

  void shutdown(bool wait, bool cancel) override {
    std::deque<Job> dropped;
    {
      const std::scoped_lock lock{mutex_};
      is_shut_down_ = true;
      if (cancel) dropped = take_back();
      for (Worker& worker : workers_) worker.woken.notify_one();
    }
    for (Job& job : dropped) job.promise.set_exception(std::make_exception_ptr(mp::CancelledError{}));
    dropped.clear();
    if (!wait) return;
    for (const Worker& worker : workers_)
      if (worker.thread.get_id() == std::this_thread::get_id()) throw mp::WouldDeadlock{"within a task"};
    std::call_once(joined_, [this] {  // whoever comes second waits until the first has done it
      for (Worker& worker : workers_) worker.thread.join();
    });
  }

 private:
  struct Job {
    Task task;
    std::promise<int> promise;
  };
  struct Worker {
    std::condition_variable woken = {};
    std::optional<Job> job = {};
    std::thread thread = {};
  };

  void hand_over(Job job) {
    Worker& worker = *idle_.back();
    idle_.pop_back();
    worker.job = std::move(job);
    worker.woken.notify_one();
  }
  void hire(Job job) {
    Worker& worker = workers_.emplace_back();
    worker.job = std::move(job);
    worker.thread = std::thread{[this, &worker] { work(worker); }};
  }
  /// What stands in the queue, and what was handed to workers that are not awake yet.
  std::deque<Job> take_back() {
    auto all = std::exchange(waiting_, {});
    for (Worker& worker : workers_)
      if (worker.job) all.push_back(std::move(*std::exchange(worker.job, std::nullopt)));
    return all;
  }

  void work(Worker& me) {
    while (auto job = next_job(me)) try {
        job->promise.set_value(job->task());
      } catch (...) {
        job->promise.set_exception(std::current_exception());
      }
  }
  std::optional<Job> next_job(Worker& me) {
    std::unique_lock lock{mutex_};
    if (!me.job && !waiting_.empty()) {
      me.job = std::move(waiting_.front());
      waiting_.pop_front();
    }
    if (!me.job) idle_.push_back(&me);
    me.woken.wait(lock, [&] { return me.job || is_shut_down_; });
    return std::exchange(me.job, std::nullopt);
  }

  const std::size_t most_;
  std::mutex mutex_;
  std::deque<Job> waiting_;
  std::vector<Worker*> idle_;
  std::list<Worker> workers_;
  bool is_shut_down_ = false;
  std::once_flag joined_;
};

/// A pool of at most so many threads, 1 or more.
std::unique_ptr<TaskPool> make_pool(int workers) { return std::make_unique<ThreadPool>(workers); }
