// Wrong: writes the vote that a dead worker had not written.
// loses: survives
// says: these are what counts
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <vector>

#include "03_lock_value/lock.hpp"
#include "common/raw_array.hpp"

// What it works with, and what its users see; leave that as it is.

/// What has been counted so far, on a sheet in shared memory. Each call is whole by itself; between two of them other
/// processes may come. For a candidate that it does not list a call throws std::out_of_range and changes nothing.
struct Sheet {
  virtual ~Sheet() = default;
  virtual int candidates() const = 0;  ///< so many, numbered from 0
  virtual int votes(int candidate) const = 0;
  virtual void set_votes(int candidate, int number) = 0;
  virtual int total() const = 0;
  virtual void set_total(int number) = 0;
};

/// Where a worker finds its ballots.
struct Box {
  virtual ~Box() = default;
  /// The candidate of the next ballot; nothing when there are no more. Somebody has to bring it: it may take long.
  virtual std::optional<int> next() = 0;
};

/// What stood on the sheet at one moment.
struct Result {
  std::vector<int> votes;  ///< of each candidate
  int total = 0;
};

/// Made in one process, and used in all it forks.
struct Tally {
  virtual ~Tally() = default;
  /// Counts what is in the box, as others count from theirs: one more vote for the candidate, and one more in all. Both
  /// are on the sheet before the next ballot is asked for. Lets through what the sheet or the box throws; nothing of
  /// that ballot is counted then.
  virtual void count(Box& box) = 0;
  /// What stands on the sheet at one moment: the votes sum up to the total.
  virtual Result result() = 0;
};

class SharedTally : public Tally {
 public:
  explicit SharedTally(Sheet& sheet) : sheet_{sheet} {}

  void count(Box& box) override {
    while (const auto candidate = box.next()) {  // nobody waits here with the lock
      const auto held = locked();
      const int votes = sheet_.votes(*candidate);  // throws for a candidate that is not listed: nothing is written yet
      under_way_[0] = *candidate;                  // for whoever has to put it right, should I die
      sheet_.set_total(sheet_.total() + 1);
      sheet_.set_votes(*candidate, votes + 1);
    }
  }

  Result result() override {
    const auto held = locked();
    Result seen;
    for (int c = 0; c < sheet_.candidates(); ++c) seen.votes.push_back(sheet_.votes(c));
    seen.total = sheet_.total();
    return seen;
  }

 private:
  /// The lock, with the sheet in order.
  std::unique_lock<mp::Lock> locked() {
    for (;;) {
      try {
        return std::unique_lock{lock_};
      } catch (const mp::OwnerDied&) {
        lock_.recover([this] { put_right(); });  // another may die before we come back: so in a loop
      }
    }
  }

  /// Somebody died. Was it between the two writes, then the second is made up for.
  void put_right() {
    int sum = 0;
    for (int c = 0; c < sheet_.candidates(); ++c) sum += sheet_.votes(c);
    if (sum < sheet_.total()) sheet_.set_votes(under_way_[0], sheet_.votes(under_way_[0]) + 1);
  }

  Sheet& sheet_;
  mp::Lock lock_;
  mp::RawArray<int> under_way_{1};  // the candidate of the ballot that is being counted
};

/// A tally on this sheet, for this process and all that it forks.
std::unique_ptr<Tally> make_tally(Sheet& sheet) { return std::make_unique<SharedTally>(sheet); }
