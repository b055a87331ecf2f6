// Right: one number for the round, and a diary of how the last rounds ended.
#include <memory>
#include <mutex>
#include <stdexcept>

#include "03_lock_value/condition.hpp"
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
    if (now().broken) throw std::runtime_error{"broken"};
    const int place = now().arrived++, round = now().round;
    if (now().arrived == parties_) end_round(true);
    changed_.wait(held, [&] { return now().round != round; });
    if (!now().opened[round % pages]) throw std::runtime_error{"broken"};
    return place;
  }
  void abort() override {
    const std::scoped_lock held{lock_};
    now().broken = true;
    end_round(false);
  }
  void reset() override {
    const std::scoped_lock held{lock_};
    now().broken = false;
    end_round(false);
  }

 private:
  static constexpr int pages = 1000;
  struct State {
    int arrived, round;
    bool broken, opened[pages];
  };
  State& now() const { return state_[0]; }

  void end_round(bool opened) {
    now().opened[now().round++ % pages] = opened;
    now().arrived = 0;
    changed_.notify_all();
  }

  const int parties_;
  mp::RawArray<State> state_{1};
  mp::Lock lock_;
  mp::Condition changed_;
};

std::unique_ptr<Meeting> make_meeting(int parties) { return std::make_unique<SharedMeeting>(parties); }
