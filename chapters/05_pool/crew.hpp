#pragma once
/// \file
/// What is behind a Pool: its workers, each with a channel of its own, and the one thread that knows who has what.

#include <fmt/format.h>
#include <sys/eventfd.h>

#include <deque>
#include <mutex>
#include <thread>

#include "01_process/process.hpp"
#include "04_manager/remote_error.hpp"

namespace mp {

/// The worker that had the task is dead: killed, crashed, or it has called `exit`. Whether the task did anything before
/// that, nobody knows. Python waits for ever.
class WorkerDied : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The pool was terminated before the task was done. Python's result never becomes ready.
class PoolTerminated : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The pool can start no workers: their initializer throws, or they die before they are ready.
class BrokenPool : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The first call of every worker: `{mp::fn<open_database>, "words.db"}`; nothing, by default.
struct Initializer {
  Initializer() : Initializer{[] {}} {}  ///< nothing
  /// The function and its arguments must be picklable, as a task's.
  template <class F, class... Args>
  requires std::invocable<F, Kept<Args>...> Initializer(F f, Args... args)  // not explicit: so that braces will do
      : call{pack<F, Kept<Args>...>(f, std::move(args)...).bytes} {
    (refuse<Offender<F, Crossing::anywhere>>(), ..., refuse<Offender<Kept<Args>, Crossing::anywhere>>());
  }
  std::vector<std::byte> call;  ///< packed; what is picklable has no descriptors beside it
};

/// n, or std::invalid_argument.
inline long at_least_one(const char* name, long n) {
  if (n < 1) throw std::invalid_argument{fmt::format("{} must be 1 or more, not {}", name, n)};
  return n;
}

/// How workers are started: all at once, as copies of this process, or each when it is needed, as a fresh run of the
/// program. One that takes another's place is always a fresh run.
enum class StartBy { fork, spawn };

/// What a Pool may be given besides the number of its workers. \python{multiprocessing.pool.Pool}
struct PoolOptions {
  Initializer initializer = {};                 ///< the first call of each worker
  std::optional<int> max_tasks_per_child = {};  ///< after so many (a chunk is one) a new process takes its place
  StartBy start = StartBy::fork;                ///< how the first ones are started
  bool replace = true;                          ///< a worker that dies; else its death breaks the pool
  long at_once = 32;  ///< small tasks that a worker is given at most, the one that it does included
};

/// What has come of a task: a result, to be read there, or an error.
using Outcome = std::variant<Decoder*, std::exception_ptr>;

/// A call to make in one of the workers.
struct Job {
  Message call;
  std::function<void(const Outcome&)> done;               ///< called once, in the crew's thread; must not throw
  std::function<bool()> may_begin = [] { return true; };  ///< asked each time before a worker gets it; or it is dropped
  std::uint64_t number = 0;                               ///< given by the crew; also the last bytes of the call
};

/// The workers of a pool and the thread that serves them. That thread alone touches them: it hands out jobs, takes
/// results, buries the dead and starts others in their place. Nobody shares a lock with a worker, so none can be left
/// locked; and every message is one packet, or a file in memory, so none can be half there.
class Crew {
 public:
  /// Forks the workers, then starts the thread. Throws std::invalid_argument for options that make no sense,
  /// std::system_error where the kernel has no room; no worker is left then.
  Crew(int workers, PoolOptions options);

  /// Does not block. Throws std::logic_error once it is closed or in another process, BrokenPool and PoolTerminated.
  void add(std::span<Job> jobs);

  void close(bool drop_waiting = false);  ///< takes no more jobs; the workers leave when all are done
  void terminate();  ///< ends the workers now; what is not done fails with PoolTerminated; waits for all that
  void join();       ///< waits until all workers are gone; std::logic_error before the other two, or in its own thread

  const long size;  ///< workers

 private:
  struct Worker {
    Process process;
    Channel tasks;          // we have both ends: what it has not begun can be taken back
    Channel answers;        // we have the reader
    bool is_ready = false;  // has made its first call
    bool was_sent_home = false;
    int answered = 0;
    std::size_t bytes = 0;     // of all that it has
    std::deque<Job> has = {};  // the first is the next that it will answer
  };

  Worker start_worker(auto starter);
  void ring() { ::eventfd_write(bell_.number(), 1); }
  void serve();
  bool recruit();
  void hand_out();
  void give(Worker& worker, Job job);
  Job take(Worker& worker, std::deque<Job>::iterator which);
  void balance(std::size_t most);
  std::deque<Job> take_back(Worker& worker, std::size_t most);
  void wait_for_news();
  void hear(Worker& worker);
  void bury(std::size_t which);
  void end_by(const auto& error);
  void give_up();

  const PoolOptions options_;
  const pid_t owner_ = ::getpid();
  const Descriptor bell_;  // an eventfd: readable when a user has done something

  // The thread's own.
  std::vector<Worker> workers_;
  std::size_t failed_starts_ = 0;  // in a row

  std::mutex mutex_;  // of what follows
  bool closed_ = false;
  std::exception_ptr ended_by_ = nullptr;  // why it is over
  std::deque<Job> waiting_;
  std::uint64_t numbers_ = 0;

  std::mutex joining_;
  std::thread thread_;
};

}  // namespace mp
