#pragma once
/// \file
/// Waiting for many futures: for each as it is done, or for some.

#include <map>
#include <set>

#include "06_executor/executor.hpp"

namespace mp {

/// Some futures, each once, and the one who waits for them.
template <class R>
class Watched {
 public:
  /// Waits for each of them from now on.
  explicit Watched(auto&& futures) : Watched{} {  // so that its destructor runs if this throws half-way
    for (const Future<R>& future : futures) {
      const FutureState& state = future.state();
      if (!undone_.emplace(&state, future).second) continue;
      elsewhere_ += state.staff_here() ? 0 : 1;
      state.watch(watcher_);
    }
    given_ = undone();
  }
  Watched(const Watched&) = delete;
  ~Watched() {
    for (const auto& [state, future] : undone_) state->unwatch(watcher_);
  }

  /// The next that is done; nothing if the deadline comes first, or there are no more.
  std::optional<Future<R>> next(const Deadline& deadline) {
    if (undone_.empty()) return std::nullopt;
    Staff* staff = elsewhere_ == 0 ? undone_.begin()->first->staff_here() : nullptr;
    const FutureState* done = watcher_.next(deadline, staff);
    if (!done) return std::nullopt;
    elsewhere_ -= done->staff_here() ? 0 : 1;
    return undone_.extract(done).mapped();
  }
  /// How many have not been given yet.
  long undone() const { return std::ssize(undone_); }
  /// How many there were.
  long given() const { return given_; }

 private:
  Watched() = default;
  Watcher watcher_;
  std::map<const FutureState*, Future<R>> undone_;
  long given_ = 0;
  long elsewhere_ = 0;  // of those undone: others than this thread's executor will do them
};

/// Futures as they are done, those first that are already. For one thread.
template <class R>
class Completed {
 public:
  /// All of them are to be done before `timeout` is over.
  Completed(auto&& futures, std::optional<Seconds> timeout)
      : deadline_{timeout ? Deadline{*timeout} : Deadline{}}, watched_{std::make_unique<Watched<R>>(futures)} {}

  /// \blocks; nothing at the end. Throws TimeoutError, and WouldDeadlock.
  std::optional<Future<R>> next() {
    auto future = watched_->next(deadline_);
    if (!future && watched_->undone() > 0)
      throw TimeoutError{fmt::format("{} (of {}) futures unfinished", watched_->undone(), watched_->given())};
    return future;
  }
  /// Takes the first: blocks, and throws, as `next` does.
  ResultIterator<Completed> begin() { return {this, next()}; }
  /// Where `next` gives nothing.
  std::default_sentinel_t end() const { return {}; }

 private:
  Deadline deadline_;
  std::unique_ptr<Watched<R>> watched_;
};

/// The type of a future's result; for `decltype` alone.
template <class R>
R result_type_of(const Future<R>&);
/// What a range of futures is of.
template <class Futures>
using ResultTypeOf = decltype(result_type_of(std::declval<std::ranges::range_value_t<Futures>>()));

/// `for (auto& future : as_completed(futures))`: each once, finished or cancelled, in the order in which they are.
/// After `timeout`, counted from this call, what is still to come throws TimeoutError.
/// \python{concurrent.futures.as_completed}
template <std::ranges::input_range Futures>
auto as_completed(Futures&& futures, std::optional<Seconds> timeout = {}) {
  return Completed<ResultTypeOf<Futures>>{futures, timeout};
}
/// The same, for a few that have names.
template <class R>
auto as_completed(std::initializer_list<Future<R>> futures, std::optional<Seconds> timeout = {}) {
  return Completed<R>{futures, timeout};
}

/// When `wait` returns: with the first that is done; or has thrown, if one has; or when all are.
enum class ReturnWhen { first_completed, first_exception, all_completed };

/// What `wait` found.
template <class R>
struct DoneAndNotDone {
  std::set<Future<R>> done;      ///< finished or cancelled
  std::set<Future<R>> not_done;  ///< all others
};

/// \blocks until they are done, or as many as `return_when` says, or so long: a timeout is no error. Those that are
/// cancelled are done. \python{concurrent.futures.wait}
template <std::ranges::input_range Futures, class R = ResultTypeOf<Futures>>
DoneAndNotDone<R> wait(Futures&& futures, std::optional<Seconds> timeout = {},
                       ReturnWhen return_when = ReturnWhen::all_completed) {
  const Deadline deadline = timeout ? Deadline{*timeout} : Deadline{};
  DoneAndNotDone<R> all;
  for (const Future<R>& future : futures) all.not_done.insert(future);
  Watched<R> watched{all.not_done};
  for (bool enough = false; auto future = watched.next(enough ? Deadline{Seconds{0}} : deadline);) {
    all.done.insert(all.not_done.extract(*future));
    enough = enough || return_when == ReturnWhen::first_completed ||
             (return_when == ReturnWhen::first_exception && !future->cancelled() && future->exception());
  }
  return all;
}
/// The same, for a few that have names.
template <class R>
DoneAndNotDone<R> wait(std::initializer_list<Future<R>> futures, std::optional<Seconds> timeout = {},
                       ReturnWhen return_when = ReturnWhen::all_completed) {
  return wait(std::span{futures}, timeout, return_when);
}

}  // namespace mp
