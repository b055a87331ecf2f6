// Wrong: abort breaks nothing where nobody waits.
// loses: breaks
// says: nobody waited when abort was called
#include <memory>
#include <mutex>
#include <stdexcept>

#include "03_lock_value/condition.hpp"
#include "03_lock_value/lock.hpp"
#include "common/raw_array.hpp"

/// What its users see; leave it as it is.
struct Meeting {
  virtual ~Meeting() = default;
  /// Blocks until so many have called it as the meeting is for. Returns how many came before in this round: exactly one
  /// gets 0. Throws std::runtime_error when the meeting is broken, or breaks before the last has come. Who is killed
  /// while it waits has come.
  virtual int wait() = 0;
  /// Breaks it: who waits gets std::runtime_error, and who comes, too, until it is reset.
  virtual void abort() = 0;
  /// Makes it as new, broken or not, for a new round. Who waits just now gets std::runtime_error.
  virtual void reset() = 0;
};

class SharedMeeting : public Meeting {
 public:
  explicit SharedMeeting(int parties) : parties_{parties} {}

  int wait() override {
    std::unique_lock held{lock_};
    State& now = state_[0];
    const State then = now;
    if (now.broken) fail();
    if (++now.arrived == parties_) {
      now.arrived = 0;  // by the last to come: nobody else knows that all are here
      ++now.opened;
      changed_.notify_all();
    }
    // The counts never go back, and what mends `broken` is counted: whoever wakes late sees it all the same.
    changed_.wait(held, [&] { return now.broken || now.opened != then.opened || now.resets != then.resets; });
    if (now.opened == then.opened || now.resets != then.resets) fail();
    return then.arrived;
  }

  void abort() override {
    const std::scoped_lock held{lock_};
    if (state_[0].arrived > 0) state_[0].broken = true;
    changed_.notify_all();
  }

  void reset() override {
    const std::scoped_lock held{lock_};
    State& now = state_[0];
    now = {.arrived = 0, .opened = now.opened, .resets = now.resets + 1, .broken = false};
    changed_.notify_all();
  }

 private:
  struct State {
    int arrived;         ///< in this round
    int opened, resets;  ///< since ever: they tell a worker what became of its round
    bool broken;
  };

  [[noreturn]] static void fail() { throw std::runtime_error{"the meeting is broken: not all have come"}; }

  const int parties_;
  mp::RawArray<State> state_{1};
  mp::Lock lock_;
  mp::Condition changed_;
};

/// A meeting of so many, at least one, shared by this process and all that it forks.
std::unique_ptr<Meeting> make_meeting(int parties) { return std::make_unique<SharedMeeting>(parties); }
