#pragma once
/// \file
/// An executor whose workers are threads.

#include <condition_variable>
#include <thread>

#include "06_executor/executor.hpp"
#include "common/machine.hpp"

namespace mp {

/// The initializer of its threads has thrown. \python{concurrent.futures.thread.BrokenThreadPool}
class BrokenThreadPool : public BrokenExecutor {
  using BrokenExecutor::BrokenExecutor;
};

/// What a ThreadPoolExecutor may be given besides the number of its workers.
/// \python{concurrent.futures.ThreadPoolExecutor}
struct ThreadPoolOptions {
  std::function<void()> initializer = {};  ///< the first call of each thread
};

/// Workers that are threads, started when there is something to do for them. They share a queue, and every task is one
/// of its own: so any of them can be cancelled until somebody takes it. \python{concurrent.futures.ThreadPoolExecutor}
class ThreadPoolExecutor final : public InProcessExecutor {
 public:
  /// Throws std::invalid_argument for less than one worker. By default there are more than processors, as in Python:
  /// threads are for waiting.
  explicit ThreadPoolExecutor(int workers = std::min(32, cpu_count() + 4), ThreadPoolOptions options = {});
  /// Waits until all is done. Never in a task of its own.
  ~ThreadPoolExecutor() override;

 private:
  void post(std::shared_ptr<Task> task) override;
  void stop(const ShutdownOptions& options) override;
  void start_thread();
  void work();
  std::shared_ptr<Task> next_task();
  bool initialize();

  const long size_;
  const ThreadPoolOptions options_;

  std::mutex mutex_;  // of what follows
  std::unique_ptr<std::condition_variable> news_ = std::make_unique<std::condition_variable>();
  std::deque<std::shared_ptr<Task>> waiting_;
  long idle_ = 0;
  bool is_shut_down_ = false;
  std::optional<BrokenThreadPool> broken_;
  std::vector<std::thread> threads_;

  std::mutex joining_;
};

}  // namespace mp
