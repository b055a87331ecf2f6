// Wrong: waits until the count is back at zero, which the next round soon changes.
// loses: again mended
// says: of three workers one was stopped
#include <memory>
#include <mutex>
#include <stdexcept>

#include "03_lock_value/condition.hpp"
#include "03_lock_value/lock.hpp"
#include "common/raw_array.hpp"

struct Meeting {
  virtual ~Meeting() = default;
  virtual int wait() = 0;
  virtual void abort() = 0;
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
      now.arrived = 0;
      ++now.opened;
      changed_.notify_all();
    }
    changed_.wait(held, [&] { return now.broken || now.arrived == 0; });
    if (now.broken || now.resets != then.resets) fail();
    return then.arrived;
  }

  void abort() override {
    const std::scoped_lock held{lock_};
    state_[0].broken = true;
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
    int arrived;
    int opened, resets;
    bool broken;
  };

  [[noreturn]] static void fail() { throw std::runtime_error{"the meeting is broken: not all have come"}; }

  const int parties_;
  mp::RawArray<State> state_{1};
  mp::Lock lock_;
  mp::Condition changed_;
};

std::unique_ptr<Meeting> make_meeting(int parties) { return std::make_unique<SharedMeeting>(parties); }
