#include "06_executor/thread_pool.hpp"

namespace mp {

ThreadPoolExecutor::ThreadPoolExecutor(int workers, ThreadPoolOptions options)
    : InProcessExecutor{std::make_shared<Staff>(at_least_one("workers", workers))},
      size_{workers},
      options_{std::move(options)} {}

ThreadPoolExecutor::~ThreadPoolExecutor() {
  if (staff_->is_of_this_process()) {
    stop({});
    return;
  }
  new std::vector{std::move(threads_)};  // a forked copy has no threads that could be joined,
  (void)news_.release();                 // nor wait here, though it says so
}

void ThreadPoolExecutor::post(std::shared_ptr<Task> task) {
  staff_->expect_this_process();
  const std::scoped_lock lock{mutex_};
  if (broken_) throw BrokenThreadPool{*broken_};
  if (is_shut_down_) throw std::logic_error{"the executor is shut down: it takes no more tasks"};
  // Who is idle may have been woken for a task already, and not have taken it yet.
  if (idle_ <= std::ssize(waiting_) && std::ssize(threads_) < size_) start_thread();
  waiting_.push_back(std::move(task));
  news_->notify_one();  // matches the wait in next_task
}

void ThreadPoolExecutor::start_thread() try {
  threads_.emplace_back([this] { work(); });
} catch (const std::system_error&) {  // there is no room for more
  if (threads_.empty()) throw;
}

void ThreadPoolExecutor::work() {
  const Staff::Member here{*staff_};
  if (!initialize()) return;
  while (const auto task = next_task())
    if (task->begin()) task->run();
}

bool ThreadPoolExecutor::initialize() try {
  if (options_.initializer) options_.initializer();
  return true;
} catch (...) {
  const BrokenThreadPool broken{"a thread's initializer threw " + describe_current_exception()};
  std::unique_lock lock{mutex_};
  broken_ = broken;
  const auto undone = std::exchange(waiting_, {});
  lock.unlock();  // they call back
  for (const auto& task : undone) task->take(std::make_exception_ptr(broken));
  news_->notify_all();
  return false;
}

/// Null when there will be no more.
std::shared_ptr<Task> ThreadPoolExecutor::next_task() {
  std::unique_lock lock{mutex_};
  ++idle_;
  news_->wait(lock, [this] { return !waiting_.empty() || is_shut_down_ || broken_; });
  --idle_;
  if (waiting_.empty()) return nullptr;
  auto task = std::move(waiting_.front());
  waiting_.pop_front();
  return task;
}

void ThreadPoolExecutor::stop(const ShutdownOptions& options) {
  staff_->expect_this_process();
  {
    std::deque<std::shared_ptr<Task>> dropped;  // goes after the lock: whoever is told may call us
    const std::scoped_lock lock{mutex_};
    is_shut_down_ = true;
    if (options.cancel_futures) dropped.swap(waiting_);
    news_->notify_all();
  }
  if (!options.wait) return;
  if (staff_->has_this_thread()) throw WouldDeadlock{"a task cannot wait for the end of the pool that carries it out"};
  const std::scoped_lock lock{joining_};
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

}  // namespace mp
