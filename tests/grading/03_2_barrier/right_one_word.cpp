// Right: all in one word, changed in one step, and no lock.
#include <bit>
#include <memory>
#include <stdexcept>

#include "common/futex.hpp"
#include "common/raw_array.hpp"

struct Meeting {
  virtual ~Meeting() = default;
  virtual int wait() = 0;
  virtual void abort() = 0;
  virtual void reset() = 0;
};

class SharedMeeting : public Meeting {
 public:
  explicit SharedMeeting(int parties) : parties_{static_cast<unsigned>(parties)} {}

  int wait() override {
    const Word then = change([&](Word& next) {
      if (next.broken) throw std::runtime_error{"broken"};
      if (++next.arrived < parties_) return;
      next.arrived = 0;
      ++next.opened;
    });
    for (int seen = word_[0].load();; seen = word_[0].load()) {
      const Word now = std::bit_cast<Word>(seen);
      if (now.resets != then.resets) throw std::runtime_error{"reset"};
      if (now.opened != then.opened) return static_cast<int>(then.arrived);
      if (now.broken) throw std::runtime_error{"broken"};
      word_[0].wait(seen, mp::Deadline{});
    }
  }
  void abort() override {
    change([](Word& next) { next.broken = 1; });
  }
  void reset() override {
    change([](Word& next) {
      next.arrived = next.broken = 0;
      ++next.resets;
    });
  }

 private:
  struct Word {
    unsigned arrived : 8, broken : 1, opened : 10, resets : 11, unused : 2;
  };

  /// Changes the word in one step, and returns what it was.
  Word change(auto how) {
    for (int seen = word_[0].load();;) {
      Word next = std::bit_cast<Word>(seen);
      how(next);
      if (word_[0].compare_exchange(seen, std::bit_cast<int>(next))) return std::bit_cast<Word>(seen);
    }
  }

  const unsigned parties_;
  mp::RawArray<mp::Futex> word_{1};
};

std::unique_ptr<Meeting> make_meeting(int parties) { return std::make_unique<SharedMeeting>(parties); }
