#pragma once
/// \file
/// What will come of a task of a pool.

#include <future>

#include "05_pool/crew.hpp"

namespace mp {

/// What came: a result or an error.
template <class T>
using Arrived = std::variant<T, std::exception_ptr>;

/// Reads it; what its codec throws is an error of that one task.
template <class T>
Arrived<T> read(const Outcome& outcome) try {
  if (const auto* result = std::get_if<Decoder*>(&outcome)) return decode<T>(**result);
  return std::get<std::exception_ptr>(outcome);
} catch (...) {
  return std::current_exception();
}

/// A result that may not be there yet. It outlives its pool, and copies are the same result.
///
/// \threads Every call may be made in any thread.
///
/// \python{multiprocessing.pool.AsyncResult}
template <class T>
class AsyncResult {
 public:
  /// Of what the pool has promised.
  explicit AsyncResult(std::shared_future<T> future) : future_{std::move(future)} {}

  /// \blocks until it is there; throws what the task has thrown, WorkerDied, PoolTerminated or BrokenPool. As often as
  /// you like. \python{multiprocessing.pool.AsyncResult.get}
  const T& get() const { return future_.get(); }
  /// Waits at most so long; a pointer to it, or null.
  const T* try_get_for(Seconds limit) const { return wait_for(limit) ? &get() : nullptr; }
  /// Waits at most so long; is it there, or its error? \python{multiprocessing.pool.AsyncResult.wait}
  bool wait_for(Seconds limit) const {
    return future_.wait_for(std::min(limit, Seconds{1e9})) == std::future_status::ready;
  }
  /// Does not block. \python{multiprocessing.pool.AsyncResult.ready}
  bool ready() const { return wait_for(Seconds{0}); }
  /// Is it a result, and no error? Throws std::logic_error before it is ready.
  /// \python{multiprocessing.pool.AsyncResult.successful}
  bool successful() const {
    if (!ready()) throw std::logic_error{"the result is not there yet: wait() for it first"};
    try {
      return (void)get(), true;
    } catch (...) {
      return false;
    }
  }

 private:
  std::shared_future<T> future_;
};

/// What to do as soon as a result, or its error, is there: one of the two is called, in the pool's own thread, before
/// the result is ready. Meanwhile nothing else of the pool goes on, so be quick. What it throws is printed, and harms
/// nobody; in Python it ends the thread that reads results, and all who wait do so for ever.
template <class T>
struct Callbacks {
  /// Called with the result.
  std::function<void(const T&)> callback = nullptr;
  /// Called with what came instead of it.
  std::function<void(const std::exception_ptr&)> error_callback = nullptr;

  /// Calls the one of the two that it is for.
  void call(const Arrived<T>& arrived) const try {
    if (auto* result = std::get_if<T>(&arrived); result && callback) callback(*result);
    if (auto* error = std::get_if<std::exception_ptr>(&arrived); error && error_callback) error_callback(*error);
  } catch (...) {
    std::fprintf(stderr, "a callback of a pool threw %s\n", describe_current_exception().c_str());
  }
};

/// The result of one call (T is R) or of many (vector<R>): it is there once all chunks of calls are. But for its future
/// it is the crew's thread's alone.
template <class T, class R>
class Promised {
 public:
  /// So many chunks are to come.
  Promised(Callbacks<T> callbacks, long chunks)
      : callbacks_{std::move(callbacks)}, chunks_(static_cast<std::size_t>(chunks)), missing_{chunks} {
    if (chunks == 0) settle();
  }
  /// For who waits; once.
  std::future<T> get_future() { return promise_.get_future(); }

  /// What came of chunk i.
  void take(std::size_t i, const Outcome& outcome) {
    auto arrived = read<std::vector<R>>(outcome);
    if (auto* results = std::get_if<std::vector<R>>(&arrived))
      chunks_[i] = std::move(*results);
    else if (!error_)
      error_ = std::get<std::exception_ptr>(arrived);
    if (--missing_ == 0) settle();
  }

 private:
  void settle() {
    auto arrived = error_ ? Arrived<T>{error_} : Arrived<T>{joined()};
    callbacks_.call(arrived);
    error_ ? promise_.set_exception(error_) : promise_.set_value(std::get<T>(std::move(arrived)));
  }
  T joined() {
    std::vector<R> all;
    for (auto& chunk : chunks_) std::ranges::move(chunk, std::back_inserter(all));
    if constexpr (std::same_as<T, R>)
      return R(std::move(all.at(0)));
    else
      return all;
  }
  Callbacks<T> callbacks_;
  std::vector<std::vector<R>> chunks_;
  long missing_;
  std::exception_ptr error_ = nullptr;  // the first that came
  std::promise<T> promise_ = {};
};

}  // namespace mp
