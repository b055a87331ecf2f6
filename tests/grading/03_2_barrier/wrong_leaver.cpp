// Wrong: who finds its round failed takes itself off the count of the next.
// loses: mended
// says: then a third came
#include <cstdint>
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
  explicit SharedMeeting(int parties) : parties_{parties} {
    if (parties < 1) throw std::invalid_argument{"a meeting of nobody"};
  }

  int wait() override {
    std::unique_lock held{lock_};
    State& now = state_[0];
    if (now.broken) throw_broken();
    const int place = now.arrived++;
    if (now.arrived == parties_) {
      now.arrived = 0;
      ++now.rounds;
      news_.notify_all();
      return place;
    }
    // What does not come and go: that the number of rounds, or of resets, is another.
    const std::uint64_t round = now.rounds, resets = now.resets;
    news_.wait(held, [&] { return now.rounds != round || now.resets != resets || now.broken; });
    if (now.resets != resets || now.rounds == round) {
      if (now.arrived > 0) --now.arrived;  // I do not wait any more
      throw_broken();
    }
    return place;
  }

  void abort() override {
    const std::unique_lock held{lock_};
    state_[0].broken = true;
    news_.notify_all();
  }

  void reset() override {
    const std::unique_lock held{lock_};
    State& now = state_[0];
    now.broken = false;
    now.arrived = 0;
    ++now.resets;
    news_.notify_all();
  }

 private:
  struct State {
    int arrived;
    bool broken;
    std::uint64_t rounds;  // that opened
    std::uint64_t resets;
  };
  [[noreturn]] static void throw_broken() { throw std::runtime_error{"the meeting is broken"}; }

  const int parties_;
  mp::RawArray<State> state_{1};
  mp::Lock lock_;
  mp::Condition news_;
};

/// A meeting of so many, at least one, shared by this process and all that it forks.
std::unique_ptr<Meeting> make_meeting(int parties) { return std::make_unique<SharedMeeting>(parties); }
