#include "06_executor/process_pool.hpp"

namespace mp {

ProcessPoolExecutor::ProcessPoolExecutor(int workers, ProcessPoolOptions options)
    : Executor{std::make_shared<Staff>(1)},  // the crew's thread: it brings the results
      size_{static_cast<int>(at_least_one("workers", workers))},
      options_{std::move(options)} {
  at_least_one("max_tasks_per_child", options_.max_tasks_per_child.value_or(1));
  at_least_one("at_once", options_.at_once);
}

ProcessPoolExecutor::~ProcessPoolExecutor() {
  if (staff_->is_of_this_process())
    stop({});
  else if (crew_)
    crew_->terminate();  // a forked copy has no thread to wait for
}

void ProcessPoolExecutor::post(std::shared_ptr<Task> task) try {
  staff_->expect_this_process();
  Job job{task->packed(),
          [this, staff = staff_, task](const Outcome& came) {
            const Staff::Member here{*staff};
            task->take(in_our_words(came));
          },
          [task] { return task->begin(); }};
  crew().add({&job, 1});
} catch (const BrokenPool& error) {
  throw BrokenProcessPool{error.what()};
}

/// Its workers are forked with the first task.
Crew& ProcessPoolExecutor::crew() {
  const std::scoped_lock lock{mutex_};
  if (is_shut_down_) throw std::logic_error{"the executor is shut down: it takes no more tasks"};
  if (!crew_)
    crew_.emplace(size_, PoolOptions{options_.initializer, options_.max_tasks_per_child, options_.start,
                                     options_.repair, options_.at_once});
  return *crew_;
}

/// An error of the pool, and not of the task, is ours; each future gets its own.
Outcome ProcessPoolExecutor::in_our_words(const Outcome& came) const try {
  if (const auto* error = std::get_if<std::exception_ptr>(&came)) std::rethrow_exception(*error);
  return came;
} catch (const BrokenPool& error) {
  return std::make_exception_ptr(BrokenProcessPool{error.what()});
} catch (const WorkerDied& error) {
  if (options_.repair) return came;
  return std::make_exception_ptr(BrokenProcessPool{error.what()});
} catch (...) {
  return came;
}

void ProcessPoolExecutor::stop(const ShutdownOptions& options) {
  staff_->expect_this_process();
  {
    const std::scoped_lock lock{mutex_};
    is_shut_down_ = true;
    if (!crew_) return;
  }
  crew_->close(options.cancel_futures);
  if (!options.wait) return;
  if (staff_->has_this_thread()) throw WouldDeadlock{"a callback cannot wait for the end of the pool that calls it"};
  crew_->join();
}

}  // namespace mp
