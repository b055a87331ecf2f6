// Wrong: uses the answer of the lesson.
// loses: opens again places breaks mended killed sleeps nothing_left
// says: The submission uses mp::Barrier
#include <memory>

#include "03_lock_value/barrier.hpp"

struct Meeting {
  virtual ~Meeting() = default;
  virtual int wait() = 0;
  virtual void abort() = 0;
  virtual void reset() = 0;
};

class SharedMeeting : public Meeting {
 public:
  explicit SharedMeeting(int parties) : barrier_{parties} {}
  int wait() override { return barrier_.wait(); }
  void abort() override { barrier_.abort(); }
  void reset() override { barrier_.reset(); }

 private:
  mp::Barrier barrier_;
};

std::unique_ptr<Meeting> make_meeting(int parties) { return std::make_unique<SharedMeeting>(parties); }
