// Wrong: a lock made when it is first needed, which is after the fork.
// loses: together in_step waits_free survives
// says: overwrote
// racy: yes
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <vector>

#include "03_lock_value/lock.hpp"

struct Sheet {
  virtual ~Sheet() = default;
  virtual int candidates() const = 0;
  virtual int votes(int candidate) const = 0;
  virtual void set_votes(int candidate, int number) = 0;
  virtual int total() const = 0;
  virtual void set_total(int number) = 0;
};
struct Box {
  virtual ~Box() = default;
  virtual std::optional<int> next() = 0;
};
struct Result {
  std::vector<int> votes;
  int total = 0;
};
struct Tally {
  virtual ~Tally() = default;
  virtual void count(Box& box) = 0;
  virtual Result result() = 0;
};

class SharedTally : public Tally {
 public:
  explicit SharedTally(Sheet& sheet) : sheet_{sheet} {}

  void count(Box& box) override {
    while (const auto candidate = box.next()) {
      const auto held = hold();
      sheet_.set_votes(*candidate, sheet_.votes(*candidate) + 1);
      sheet_.set_total(sheet_.total() + 1);
    }
  }

  Result result() override {
    const auto held = hold();
    return read();
  }

 private:
  std::unique_lock<mp::Lock> hold() {
    for (;;) {
      try {
        if (!lock_) lock_.emplace();
        return std::unique_lock{*lock_};
      } catch (const mp::OwnerDied&) {
        lock_->recover([this] { repair(); });
      }
    }
  }

  void repair() {
    const auto votes = read().votes;
    sheet_.set_total(std::accumulate(votes.begin(), votes.end(), 0));
  }

  Result read() const {
    Result seen;
    for (int c = 0; c < sheet_.candidates(); ++c) seen.votes.push_back(sheet_.votes(c));
    seen.total = sheet_.total();
    return seen;
  }

  Sheet& sheet_;
  std::optional<mp::Lock> lock_;
};

std::unique_ptr<Tally> make_tally(Sheet& sheet) { return std::make_unique<SharedTally>(sheet); }
