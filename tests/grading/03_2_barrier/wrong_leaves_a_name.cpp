// Wrong: makes a file of shared memory, and leaves it there.
// loses: nothing_left
// says: shared memory /dev/shm/
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "03_lock_value/condition.hpp"
#include "03_lock_value/lock.hpp"

struct Meeting {
  virtual ~Meeting() = default;
  virtual int wait() = 0;
  virtual void abort() = 0;
  virtual void reset() = 0;
};

class SharedMeeting : public Meeting {
 public:
  explicit SharedMeeting(int parties) : parties_{parties} {
    static int number = 0;
    const std::string name = "/meeting-" + std::to_string(getpid()) + "-" + std::to_string(++number);
    const int file = shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (file == -1 || ftruncate(file, sizeof(State)) == -1) throw std::runtime_error{"shared memory"};
    state_ = static_cast<State*>(mmap(nullptr, sizeof(State), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    close(file);
  }
  ~SharedMeeting() override { munmap(state_, sizeof(State)); }

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
    changed_.wait(held, [&] { return now.broken || now.opened != then.opened || now.resets != then.resets; });
    if (now.opened == then.opened || now.resets != then.resets) fail();
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
  State* state_;
  mp::Lock lock_;
  mp::Condition changed_;
};

std::unique_ptr<Meeting> make_meeting(int parties) { return std::make_unique<SharedMeeting>(parties); }
