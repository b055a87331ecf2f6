#pragma once
/// \file
/// One interface for whoever carries out tasks: this thread, other threads, other processes, other machines.
///
/// \code
/// long total(mp::Executor& executor) {
///   mp::Future<long> one = executor.submit(mp::fn<square>, 7L);  // does not block
///   long sum = one.result();                                     // does
///   for (const long x : executor.map(mp::fn<square>, std::views::iota(0L, 9L))) sum += x;
///   return sum;
/// }
/// \endcode

#include "common/pickle/task.hpp"  // first: a compiler that refuses a task names the files on the way to this one

#include "06_executor/task.hpp"

namespace mp {

/// The executor can do no more tasks, ever. \python{concurrent.futures.BrokenExecutor}
class BrokenExecutor : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// How an executor's map goes about it. \python{concurrent.futures.Executor.map}
struct ExecutorMapOptions {
  std::optional<Seconds> timeout = {};  ///< from the call of map to each result; then TimeoutError
  long chunksize = 1;                   ///< calls that are one task
  std::optional<long> buffersize = {};  ///< tasks that are submitted and not taken yet; by default all
};

/// How an executor is shut down. \python{concurrent.futures.Executor.shutdown}
struct ShutdownOptions {
  bool wait = true;             ///< until all is done, and whoever did it is gone
  bool cancel_futures = false;  ///< those that have not begun
};

/// The results of a map, in the order of its input. For one thread, and not longer than its executor. An error, or a
/// result that is late, is thrown when it is its turn: the tasks after it are cancelled then, and it is at its end. As
/// they are when it is left half-way; one that was never begun leaves them alone, as in Python.
template <class R>
class Mapped {
 public:
  /// Some of the calls go together, as one task.
  using Chunk = Future<std::vector<R>>;
  /// Submits by `submit_next`, which gives nothing at the end: all at once, or `buffersize` ahead of who reads.
  Mapped(const ExecutorMapOptions& options, std::function<std::optional<Chunk>()> submit_next)
      : deadline_{options.timeout ? Deadline{*options.timeout} : Deadline{}}, submit_next_{std::move(submit_next)} {
    const long most = options.buffersize.value_or(std::numeric_limits<long>::max());
    while (std::ssize(chunks_) < most && submit_one()) continue;
  }
  /// The other one is at its end then.
  Mapped(Mapped&&) = default;
  ~Mapped() {
    if (begun_) cancel();
  }

  /// \blocks until it is there; nothing at the end. Throws what the call has thrown, and TimeoutError.
  std::optional<R> next() try {
    begun_ = true;
    while (chunk_.empty()) {
      if (chunks_.empty() && input_error_) std::rethrow_exception(input_error_);
      if (chunks_.empty()) return std::nullopt;
      auto chunk = chunks_.front().take_for(deadline_.remaining());
      std::ranges::move(chunk, std::back_inserter(chunk_));
      chunks_.pop_front();
      submit_one_or_note_why_not();
    }
    std::optional<R> first{std::move(chunk_.front())};
    chunk_.pop_front();
    return first;
  } catch (...) {
    cancel();
    throw;
  }

  /// Takes the first: blocks, and throws, as `next` does.
  ResultIterator<Mapped> begin() { return {this, next()}; }
  /// Where `next` gives nothing.
  std::default_sentinel_t end() const { return {}; }

 private:
  bool submit_one() {
    auto chunk = submit_next_ ? submit_next_() : std::nullopt;
    if (!chunk) return submit_next_ = nullptr, false;
    return chunks_.push_back(std::move(*chunk)), true;
  }
  void submit_one_or_note_why_not() try { submit_one(); } catch (...) {
    input_error_ = std::current_exception();
    submit_next_ = nullptr;
  }
  void cancel() {
    for (const Chunk& chunk : chunks_) chunk.cancel();
    chunks_.clear(), chunk_.clear(), submit_next_ = nullptr, input_error_ = nullptr;
  }

  Deadline deadline_;
  std::function<std::optional<Chunk>()> submit_next_;  // null at the end
  std::deque<Chunk> chunks_;
  std::deque<R> chunk_;  // what is left of the one being given out
  std::exception_ptr input_error_ = nullptr;
  bool begun_ = false;
};

/// Carries out tasks, somewhere. A task is picklable, and so is what it returns: so that every executor can take it.
///
/// \threads Every call may be made in any thread of the process that made it, and in tasks and callbacks where it does
/// not wait. \python{concurrent.futures.Executor}
class Executor {
 public:
  virtual ~Executor() = default;  ///< shuts it down, and waits
  Executor(const Executor&) = delete;

  /// Does not block: `submit(mp::fn<square>, 7L)`. Throws std::logic_error once it is shut down, BrokenExecutor, and
  /// what the codecs of the arguments throw: they are pickled here and now. \python{concurrent.futures.Executor.submit}
  template <class F, class... Args>
  auto submit(F f, Args&&... args) {
    (refuse<Offender<F, Crossing::anywhere>>(), ..., refuse<Offender<Kept<Args>, Crossing::anywhere>>());
    if constexpr (!std::is_void_v<CallResult<F, Args...>>)
      refuse<Offender<CallResult<F, Args...>, Crossing::anywhere>>();
    return submit_any(std::move(f), std::forward<Args>(args)...);
  }

  /// f of each element of a range, or of up to three ranges side by side until the shortest ends. Its tasks are
  /// submitted now, or so many as `buffersize` says: then the ranges must live as long as what it returns. Take the
  /// results from that, in a range-for. Throws as submit, and std::invalid_argument.
  /// \python{concurrent.futures.Executor.map}
  template <class F, class A, class B = ExecutorMapOptions, class C = ExecutorMapOptions>
  auto map(F f, A&& a, B&& b = {}, C&& c = {}, const ExecutorMapOptions& options = {}) {
    return over<F>(map_of(f), options, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
  }

  /// Takes no more tasks. Those that it has are done, or cancelled. As often as you like. Throws WouldDeadlock where it
  /// would have to wait for itself: in a task or a callback of its own. \python{concurrent.futures.Executor.shutdown}
  void shutdown(const ShutdownOptions& options = {}) { stop(options); }

 protected:
  explicit Executor(std::shared_ptr<Staff> staff = nullptr) : staff_{std::move(staff)} {}

  /// All that an executor is: carries it out, or sees to it that somebody does. Does not block, unless it does it now.
  virtual void post(std::shared_ptr<Task> task) = 0;
  virtual void stop(const ShutdownOptions& options) = 0;

  template <class F, class... Args>
  auto submit_any(F f, Args&&... args) {
    using Made = CallTask<F, Kept<Args>...>;
    const auto task = std::make_shared<Made>(staff_, std::move(f), std::forward<Args>(args)...);
    auto future = task->future();
    return post(std::move(task)), future;
  }

  template <class F>
  auto map_of(const F& f) {
    return [&f, this](const ExecutorMapOptions& options, auto in) {
      at_least_one("chunksize", options.chunksize), at_least_one("buffersize", options.buffersize.value_or(1));
      using Chunk = Calls<F, typename decltype(in)::element_type::Arguments>;
      using Result = Mapped<typename Chunk::Result>;
      return Result{options, [=, this, size = options.chunksize]() -> std::optional<typename Result::Chunk> {
                      auto chunk = in->take(size);
                      if (chunk.empty()) return std::nullopt;
                      return submit_any(Chunk{}, f, std::move(chunk));
                    }};
    };
  }

  const std::shared_ptr<Staff> staff_;
};

/// An executor in this process: it takes any callable, too, with any arguments, captures and results; a map copies it.
class InProcessExecutor : public Executor {
 public:
  /// As that of every executor; of what it is given, nothing has to travel.
  /// \python{concurrent.futures.Executor.submit}
  template <class F, class... Args>
  auto submit(F f, Args&&... args) {
    return submit_any(std::move(f), std::forward<Args>(args)...);
  }
  /// As that of every executor. \python{concurrent.futures.Executor.map}
  template <class F, class A, class B = ExecutorMapOptions, class C = ExecutorMapOptions>
  auto map(F f, A&& a, B&& b = {}, C&& c = {}, const ExecutorMapOptions& options = {}) {
    return over<void>(map_of(f), options, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
  }

 protected:
  using Executor::Executor;
};

/// Carries out each task at once, in the thread that submits it: for debugging, and to have something to compare with.
/// Python has none.
class SerialExecutor final : public InProcessExecutor {
 private:
  void post(std::shared_ptr<Task> task) override {
    if (is_shut_down_) throw std::logic_error{"the executor is shut down: it takes no more tasks"};
    task->begin(), task->run();
  }
  void stop(const ShutdownOptions&) override { is_shut_down_ = true; }

  std::atomic<bool> is_shut_down_ = false;
};

}  // namespace mp
