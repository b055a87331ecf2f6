#pragma once
/// \file
/// An executor whose workers are processes.

#include "06_executor/executor.hpp"

namespace mp {

/// A worker has died, or its initializer has thrown, and with it the whole pool.
/// \python{concurrent.futures.process.BrokenProcessPool}
class BrokenProcessPool : public BrokenExecutor {
  using BrokenExecutor::BrokenExecutor;
};

/// What a ProcessPoolExecutor may be given besides the number of its workers.
/// \python{concurrent.futures.ProcessPoolExecutor}
struct ProcessPoolOptions {
  Initializer initializer = {};                 ///< the first call of each worker
  std::optional<int> max_tasks_per_child = {};  ///< after so many a new process takes its place
  StartBy start = StartBy::fork;                ///< all with the first task, or one after the other, as needed
  bool repair = false;                          ///< a worker that dies is replaced, and only its task fails: WorkerDied
  long at_once = 2;  ///< tasks that a worker is given, the one that it does included: no more of them can be cancelled
};

/// Workers that are processes: chapter 05's crew, with futures. They are started with the first task.
///
/// \death If one dies, all that is not done fails with BrokenProcessPool, as in Python, or, with `repair`, only the
/// task that it did. \python{concurrent.futures.ProcessPoolExecutor}
class ProcessPoolExecutor final : public Executor {
 public:
  /// Throws std::invalid_argument for less than one worker or options that make no sense.
  explicit ProcessPoolExecutor(int workers = cpu_count(), ProcessPoolOptions options = {});
  /// Waits until all is done. Never in a callback of its own, and never after `exit` has begun, which ends its workers:
  /// so make no static one, or shut it down in main.
  ~ProcessPoolExecutor() override;

 private:
  void post(std::shared_ptr<Task> task) override;
  void stop(const ShutdownOptions& options) override;
  Crew& crew();
  Outcome in_our_words(const Outcome& came) const;

  const int size_;
  const ProcessPoolOptions options_;

  std::mutex mutex_;  // of what follows
  bool is_shut_down_ = false;
  std::optional<Crew> crew_;
};

}  // namespace mp
