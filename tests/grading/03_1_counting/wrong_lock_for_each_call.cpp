// Wrong: a lock around each read and each write, and none around both.
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
      set_votes(*candidate, votes(*candidate) + 1);
      set_total(total() + 1);
    }
  }

  Result result() override {
    const auto held = hold();
    return read();
  }

 private:
  int votes(int candidate) {
    const auto held = hold();
    return sheet_.votes(candidate);
  }
  void set_votes(int candidate, int number) {
    const auto held = hold();
    sheet_.set_votes(candidate, number);
  }
  int total() {
    const auto held = hold();
    return sheet_.total();
  }
  void set_total(int number) {
    const auto held = hold();
    sheet_.set_total(number);
  }

  std::unique_lock<mp::Lock> hold() {
    for (;;) {
      try {
        return std::unique_lock{lock_};
      } catch (const mp::OwnerDied&) {
        lock_.recover([this] { repair(); });
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
  mp::Lock lock_;
};

std::unique_ptr<Tally> make_tally(Sheet& sheet) { return std::make_unique<SharedTally>(sheet); }
