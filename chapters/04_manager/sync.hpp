#pragma once
/// \file
/// What is waited for, in the server: locks that belong to clients, chapter 03's signals, and a queue of threads. Their
/// proxies have the methods that MP_METHODS names.

#include <condition_variable>
#include <deque>

#include "03_lock_value/barrier.hpp"
#include "03_lock_value/event.hpp"
#include "03_lock_value/semaphore.hpp"
#include "04_manager/proxy.hpp"
#include "04_manager/remote_error.hpp"

namespace mp {

/// Some three centuries.
inline constexpr Seconds for_ever{1e10};

/// A lock that belongs to a session, a thread of a client, and a condition that goes with it. With the session its
/// ownership ends: the next one gets OwnerDied, as in chapter 03.
/// \python{multiprocessing.managers.SyncManager.Lock}
struct SessionLock {
  static constexpr bool locks_itself = true;  ///< the server calls it in several threads at once
  const bool recursive = false;               ///< may its owner take it again?

  /// \blocks. Throws OwnerDied, and std::system_error where its holder would wait for ever.
  void lock() { try_lock_for(for_ever); }
  /// Does not wait for its holder. Throws OwnerDied.
  bool try_lock() { return try_lock_for(Seconds{0}); }
  /// Throws OwnerDied, and std::system_error where its holder would wait for ever.
  bool try_lock_for(Seconds most) {
    if (!take(most)) return false;
    if (half_changed) unlock(), throw OwnerDied{};
    return true;
  }
  /// Throws std::logic_error when it is not this client's thread that holds it.
  void unlock() {
    const std::scoped_lock held{mutex};
    if (!is_mine()) throw std::logic_error{"this thread does not hold the lock"};
    if (--depth == 0) changed.notify_all();
  }
  /// Takes it though its owner died, and says whether that is so: for `recover`.
  bool lock_anyway() { return take(for_ever) && half_changed; }
  /// What was half changed is whole again; gives it back.
  void mended() { half_changed = false, unlock(); }
  /// Wakes all who wait for the condition.
  void notify_all() { ++notices, changed.notify_all(); }
  /// Gives the lock up until somebody notifies; it is held before and after, also where this throws OwnerDied.
  void wait_for_news(Seconds most) {
    const auto is_new = [&, before = notices.load()] { return notices != before || (depth > 0 && owner.expired()); };
    unlock();
    std::unique_lock held{mutex};
    Session::wait(most, [&](Seconds slice) { return changed.wait_for(held, slice, is_new); });
    held.unlock();
    if (lock_anyway()) throw OwnerDied{};
  }

  // clang-format off
  struct Calls { MP_METHODS(lock, try_lock, try_lock_for, unlock, lock_anyway, mended, notify_all, wait_for_news) };
  // clang-format on
  /// What a proxy of it can be asked, for what is carried out here.
  template <class P>
  struct Methods : Calls::Methods<P> {
    /// As a guard calls it, in a destructor: where the server is gone, so is the lock.
    void unlock() const try { Calls::template Methods<P>::unlock(); } catch (const std::runtime_error&) {
    }
    /// After OwnerDied: calls `repair`, here, with the lock held, and all is well again. If somebody else has done
    /// that, it does nothing; if `repair` throws, or dies, the lock stays as it was.
    void recover(auto repair) const {
      const bool is_broken = this->lock_anyway();
      std::unique_lock held{*this, std::adopt_lock};
      if (is_broken) repair();
      held.release();
      this->mended();
    }
    /// `std::unique_lock held{c}; c.wait(is_ready);` gives the lock up and blocks until `holds()`, which is asked here,
    /// and with the lock held.
    void wait(auto holds) const { wait_for(for_ever, holds); }
    /// Waits at most so long; what `holds()` said last.
    bool wait_for(Seconds most, auto holds) const {
      for (const Deadline deadline{most}; !holds(); this->wait_for_news(deadline.remaining()))
        if (deadline.passed()) return false;
      return true;
    }
  };

  /// Does the thread that calls hold it?
  bool is_mine() const { return depth > 0 && owner.lock() == Session::here; }
  /// Takes it, from a dead owner as well; false if that takes too long.
  bool take(Seconds most) {
    std::unique_lock held{mutex};
    const auto is_free = [&] { return depth == 0 || owner.expired() || (recursive && is_mine()); };
    if (is_mine() && !is_free() && most > Seconds{0}) throw std::system_error(EDEADLK, std::generic_category(), "lock");
    if (!Session::wait(most, [&](Seconds slice) { return changed.wait_for(held, slice, is_free); })) return false;
    if (owner.expired() && std::exchange(depth, 0) > 0) half_changed = true;
    owner = Session::here;
    return ++depth > 0;
  }
  std::atomic<long> notices{0};           ///< how often somebody has notified
  std::mutex mutex{};                     ///< held for a moment, never while anybody waits
  std::condition_variable changed{};      ///< somebody may go on
  std::weak_ptr<Session> owner{};         ///< this and below: changed with the mutex held, or by who holds the lock
  int depth = 0;                          ///< how often its owner has taken it
  std::atomic<bool> half_changed{false};  ///< an owner died with it; nobody has mended that yet
};

/// One of chapter 03's, in the server; it has those of these methods that S has. Who is killed at a Barrier has
/// arrived, and its thread of the server waits on: wait there with a limit.
/// \python{multiprocessing.managers.SyncManager}
template <class S>
struct Served : S {
  static constexpr bool locks_itself = true;  ///< the server calls it in several threads at once
  using S::S;
  /// \blocks until there is a unit.
  void acquire() { try_acquire_for(for_ever); }
  /// Waits at most so long for a unit.
  bool try_acquire_for(Seconds most) {
    return Session::wait(most, [&](Seconds slice) { return S::try_acquire_for(slice); });
  }
  /// \blocks, as S does.
  auto wait() { return wait_for(for_ever); }
  /// Waits at most so long, as S does.
  auto wait_for(Seconds most) {
    if constexpr (std::derived_from<S, Barrier>)
      return S::wait_for(most);  // not in slices: who leaves a barrier breaks it
    else
      return Session::wait(most, [&](Seconds slice) { return S::wait_for(slice); });
  }
  MP_METHODS(acquire, try_acquire, try_acquire_for, release, is_set, set, clear, wait, wait_for, abort, reset)
};

/// A queue between the threads of the server. It has no feeder: what was put is there, whoever dies. Each is a
/// JoinableQueue as well, as in Python's managers. \python{multiprocessing.managers.SyncManager.Queue}
template <class T>
struct ThreadQueue {
  static constexpr bool locks_itself = true;  ///< the server calls it in several threads at once
  const int maxsize;                          ///< 0: as many as there is room for

  /// \blocks while it is full.
  void put(T value) { try_put_for(std::move(value), for_ever); }
  /// Does not wait for room: false when it is full.
  bool try_put(T value) { return try_put_for(std::move(value), Seconds{0}); }
  /// Waits at most so long for room.
  bool try_put_for(T value, Seconds most) {
    const auto has_room = [&] { return maxsize <= 0 || std::ssize(all) < maxsize; };
    return when(most, has_room, [&] { all.push_back(std::move(value)), ++undone; });
  }
  /// \blocks until there is something.
  T get() { return *try_get_for(for_ever); }
  /// Does not wait: nothing when it is empty.
  std::optional<T> try_get() { return try_get_for(Seconds{0}); }
  /// Waits at most so long.
  std::optional<T> try_get_for(Seconds most) {
    std::optional<T> value;
    const auto has_some = [&] { return !all.empty(); };
    when(most, has_some, [&] { value.emplace(std::move(all.front())), all.pop_front(); });
    return value;
  }
  /// Says that something taken is done; throws std::logic_error when that was said more often than things were put.
  void task_done() {
    const std::scoped_lock held{mutex};
    if (undone == 0) throw std::logic_error{"more tasks are done than were put"};
    if (--undone == 0) changed.notify_all();
  }
  /// \blocks until all that was put is done.
  void join() { try_join_for(for_ever); }
  /// Waits at most so long; true when all is done.
  bool try_join_for(Seconds most) {
    return when(most, [this] { return undone == 0; });
  }
  /// How many are in it, a moment ago.
  int size_hint() {
    const std::scoped_lock held{mutex};
    return static_cast<int>(all.size());
  }

  /// Waits until `ready()`, and calls `act()`.
  bool when(Seconds most, auto ready, auto... act) {
    std::unique_lock held{mutex};
    if (!Session::wait(most, [&](Seconds slice) { return changed.wait_for(held, slice, ready); })) return false;
    (act(), ...);
    changed.notify_all();
    return true;
  }
  std::mutex mutex{};                 ///< held for a moment, never while anybody waits
  std::condition_variable changed{};  ///< somebody may go on
  std::deque<T> all{};                ///< what waits to be got
  long undone = 0;                    ///< how many were put for which nobody has called task_done
  MP_METHODS(put, try_put, try_put_for, get, try_get, try_get_for, task_done, join, try_join_for, size_hint)
};

}  // namespace mp
