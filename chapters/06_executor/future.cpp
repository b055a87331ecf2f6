#include "06_executor/future.hpp"

namespace mp {

void Watcher::tell(const FutureState& done) {
  const std::scoped_lock lock{mutex_};
  done_.push_back(&done);
  if (Staff* staff = std::exchange(waits_in_, nullptr)) staff->end_to_wait();  // not when it wakes: that may be late
  for (int seen = told_.load(); !told_.compare_exchange(seen, seen + 1);) continue;
}

const FutureState* Watcher::next(const Deadline& deadline, Staff* staff) {
  for (std::unique_lock lock{mutex_};; lock.lock()) {
    if (!done_.empty()) {
      const FutureState* done = done_.front();
      done_.pop_front();
      return done;
    }
    if (deadline.passed()) return nullptr;
    if (staff && deadline.is_never() && !waits_in_) {
      if (!staff->begin_to_wait())
        throw WouldDeadlock{"nobody is left who could do what this waits for: all of the executor's workers wait"};
      waits_in_ = staff;
    }
    const int seen = told_.load();
    lock.unlock();
    told_.wait(seen, deadline);  // matches the change in tell
  }
}

bool FutureState::begin() {
  const std::scoped_lock lock{mutex_};
  if (done()) return false;
  phase_ = Phase::running;
  return true;
}

bool FutureState::cancel() {
  return become(Phase::cancelled, false, [] {}) || phase() == Phase::cancelled;
}

void FutureState::abandon() {
  if (!staff_ || staff_->is_of_this_process()) become(Phase::cancelled, true, [] {});
}

void FutureState::finish(const std::function<void()>& store) { become(Phase::finished, true, store); }

/// The one way to a final phase. Those who wait are told under the lock, so that one who stops watching is told no
/// more; callbacks are called after it, so that they may ask for the result.
bool FutureState::become(Phase phase, bool from_running, const std::function<void()>& store) {
  const auto self = shared_from_this();  // a callback may give up the last future
  std::vector<Callback> callbacks;
  {
    const std::scoped_lock lock{mutex_};
    if (done() || (phase_ == Phase::running && !from_running)) return false;
    store();
    phase_ = phase;
    for (Watcher* watcher : std::exchange(watchers_, {})) watcher->tell(*this);
    callbacks.swap(callbacks_);
  }
  for (auto& callback : callbacks) add_done_callback(std::move(callback));
  return true;
}

void FutureState::add_done_callback(Callback callback) try {
  if (const std::scoped_lock lock{mutex_}; !done()) return callbacks_.push_back(std::move(callback));
  callback(shared_from_this());
} catch (...) {
  std::fprintf(stderr, "a callback of a future threw %s\n", describe_current_exception().c_str());
}

void FutureState::watch(Watcher& watcher) const {
  if (staff_ && !staff_->is_of_this_process())
    throw std::logic_error{"this future belongs to another process: its result will never come here"};
  const std::scoped_lock lock{mutex_};
  done() ? watcher.tell(*this) : watchers_.push_back(&watcher);
}

void FutureState::unwatch(const Watcher& watcher) const {
  const std::scoped_lock lock{mutex_};
  std::erase(watchers_, &watcher);
}

bool FutureState::wait(const Deadline& deadline) const {
  if (done()) return true;
  Watcher watcher;
  watch(watcher);
  const struct Guard {
    const FutureState& state;
    const Watcher& watcher;
    ~Guard() { state.unwatch(watcher); }
  } guard{*this, watcher};
  return watcher.next(deadline, staff_here()) != nullptr;
}

}  // namespace mp
