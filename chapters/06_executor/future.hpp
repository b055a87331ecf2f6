#pragma once
/// \file
/// What will come of a task, for whoever waits for it.

#include <deque>
#include <memory>
#include <mutex>
#include <variant>

#include "05_pool/async_result.hpp"
#include "06_executor/staff.hpp"
#include "common/futex.hpp"

namespace mp {

/// The task was cancelled before it began. \python{concurrent.futures.CancelledError}
class CancelledError : public std::runtime_error {
 public:
  CancelledError() : runtime_error{"the task was cancelled before it began"} {}
};

/// It was not there in time. \python{concurrent.futures.TimeoutError}
class TimeoutError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

class FutureState;

/// Somebody who waits for one of some futures, in one thread. Each of them tells it when it is done.
class Watcher {
 public:
  /// By a future, under its lock.
  void tell(const FutureState& done);
  /// The next that is done, in the order in which they are; null when the deadline comes first. `staff`, if not null,
  /// is who alone can do them, this thread being one of it: throws WouldDeadlock if all the others wait as well.
  const FutureState* next(const Deadline& deadline, Staff* staff);

 private:
  std::mutex mutex_;
  std::deque<const FutureState*> done_;
  Staff* waits_in_ = nullptr;
  Futex told_;  // how often
};

/// What a task and its futures share, but for the result. One lock, never held while foreign code runs.
///
///     pending ──begin──▶ running ──finish──▶ finished
///        └─────cancel──▶ cancelled
///
/// Two of the four are final. Python has a fifth, CANCELLED_AND_NOTIFIED: between the two, who waits is not told.
class FutureState : public std::enable_shared_from_this<FutureState> {
 public:
  /// Where its task is; the last two are final.
  enum class Phase { pending, running, cancelled, finished };
  /// What is called with it once it is done.
  using Callback = std::function<void(const std::shared_ptr<FutureState>&)>;

  /// Of a task that this staff will carry out; of nobody's where there is none.
  explicit FutureState(std::shared_ptr<Staff> staff) : staff_{std::move(staff)} {}
  virtual ~FutureState() = default;

  /// Just now.
  Phase phase() const { return phase_; }
  /// Is it finished, or cancelled?
  bool done() const { return phase_ >= Phase::cancelled; }
  /// By whoever carries it out, and again if another must; false if it is done.
  bool begin();
  /// True if it is cancelled now, or was.
  bool cancel();
  /// Nobody will finish it any more: cancels it, begun or not. Not in a forked copy: there it is somebody else's.
  void abandon();
  /// Called at once if it is done. What it throws is printed.
  void add_done_callback(Callback callback);

  /// Tells it at once if it is done. Until it has told it or `unwatch` has returned, the watcher must live.
  void watch(Watcher& watcher) const;
  /// Does not tell it any more.
  void unwatch(const Watcher& watcher) const;
  /// Is it done, now or before the deadline? Throws WouldDeadlock.
  bool wait(const Deadline& deadline) const;
  /// Its staff, if this thread is one of it.
  Staff* staff_here() const { return staff_ && staff_->has_this_thread() ? staff_.get() : nullptr; }

 protected:
  /// Stores what came, unless it is done: then it is nobody's.
  void finish(const std::function<void()>& store);

 private:
  bool become(Phase phase, bool from_running, const std::function<void()>& store);

  mutable std::mutex mutex_;  // whoever changes the phase has it; a forked copy may find it locked for ever
  std::atomic<Phase> phase_ = Phase::pending;
  const std::shared_ptr<Staff> staff_;
  mutable std::vector<Watcher*> watchers_;
  std::vector<Callback> callbacks_;
};

/// Nothing, where a value is needed.
template <class R>
using Stored = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

/// The same with the result.
template <class R>
class ResultState : public FutureState {
 public:
  /// As a state without a result.
  using FutureState::FutureState;
  /// What came: the result, or the error.
  using Came = Arrived<Stored<R>>;

  /// With what `make` gives, or throws. It is made before the lock is taken: its copying is foreign code as well.
  void finish(const auto& make) {
    std::unique_ptr<Came> came;
    try {
      came.reset(new Came{make()});
    } catch (...) {
      came.reset(new Came{std::current_exception()});
    }
    FutureState::finish([&] { came_ = std::move(came); });
  }
  /// Once it is done. Throws CancelledError.
  Came& came() { return came_ ? *came_ : throw CancelledError{}; }

 private:
  std::unique_ptr<Came> came_;
};

/// What will come of a task. Copies are the same future, and it outlives its executor. Every call may be made in any
/// thread of the process that submitted the task; those that wait throw std::logic_error in another, and WouldDeadlock
/// where they would wait for ever: in a task or a callback of the executor that has to do it (unless somebody cancelled
/// it, which nobody can know). If the process that does it dies, it ends with BrokenProcessPool, or WorkerDied.
/// \python{concurrent.futures.Future}
template <class R>
class Future {
 public:
  /// One more for what will come there.
  explicit Future(std::shared_ptr<ResultState<R>> state) : state_{std::move(state)} {}

  /// \blocks until it is done; throws what the task has thrown, or CancelledError. As often as you like.
  /// \python{concurrent.futures.Future.result}
  std::add_lvalue_reference_t<const R> result() const& { return result_before(Deadline{}); }
  /// Of a future that goes away: a copy, or, where that cannot be, the result itself, and others find it empty.
  R result() && { return result_for(Seconds{INFINITY}, can_be_copied); }
  /// \blocks at most so long, then throws TimeoutError.
  std::add_lvalue_reference_t<const R> result_for(Seconds limit) const& { return result_before(Deadline{limit}); }
  /// The same, of a future that goes away.
  R result_for(Seconds limit) && { return result_for(limit, can_be_copied); }
  /// Takes the result itself: for the only one who asks.
  R take_for(Seconds limit) const { return result_for(limit, std::false_type{}); }
  /// \blocks until it is done: what the task has thrown, or null. Throws CancelledError.
  /// \python{concurrent.futures.Future.exception}
  std::exception_ptr exception() const {
    const auto* error = std::get_if<std::exception_ptr>(&came_before(Deadline{}));
    return error ? *error : nullptr;
  }

  /// Cancels a task that has not begun; true if it is cancelled now, or was. Whoever waits for it is told at once.
  /// Does not block. \python{concurrent.futures.Future.cancel}
  bool cancel() const { return state_->cancel(); }
  /// Was it cancelled before it began? \python{concurrent.futures.Future.cancelled}
  bool cancelled() const { return state_->phase() == FutureState::Phase::cancelled; }
  /// Has somebody begun it, or, in a pool of processes, been given it? \python{concurrent.futures.Future.running}
  bool running() const { return state_->phase() == FutureState::Phase::running; }
  /// Is it finished, or cancelled? \python{concurrent.futures.Future.done}
  bool done() const { return state_->done(); }

  /// Calls it with this future: when it is done, in the thread that brings the result or that cancels it, or at once.
  /// Callbacks are called in the order in which they were added. A pool of processes stands still meanwhile: be
  /// quick. What one throws is printed, and harms nobody.
  /// \python{concurrent.futures.Future.add_done_callback}
  void add_done_callback(std::function<void(const Future&)> callback) const {
    state_->add_done_callback([callback = std::move(callback)](const std::shared_ptr<FutureState>& state) {
      callback(Future{std::static_pointer_cast<ResultState<R>>(state)});
    });
  }

  auto operator<=>(const Future&) const = default;      ///< an order, for sets and maps; it says nothing
  const FutureState& state() const { return *state_; }  ///< for whoever waits for many

 private:
  static constexpr std::bool_constant<std::is_void_v<R> || std::is_copy_constructible_v<R>> can_be_copied{};

  auto& came_before(const Deadline& deadline) const {
    if (!state_->wait(deadline)) throw TimeoutError{"the future is not done yet"};
    return state_->came();
  }
  std::add_lvalue_reference_t<R> result_before(const Deadline& deadline) const {
    auto& came = came_before(deadline);
    if (auto* error = std::get_if<std::exception_ptr>(&came)) std::rethrow_exception(*error);
    if constexpr (!std::is_void_v<R>) return std::get<R>(came);
  }
  R result_for(Seconds limit, auto copied) const {
    if constexpr (copied || std::is_void_v<R>)
      return result_before(Deadline{limit});
    else
      return R(std::move(result_before(Deadline{limit})));
  }

  std::shared_ptr<ResultState<R>> state_;
};

}  // namespace mp
