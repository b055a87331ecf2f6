// Wrong: no lock, though in the right order.
// loses: together in_step waits_free survives
// says: overwrote
// racy: yes
#include <memory>
#include <optional>
#include <vector>

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
      sheet_.set_votes(*candidate, sheet_.votes(*candidate) + 1);
      sheet_.set_total(sheet_.total() + 1);
    }
  }

  Result result() override { return read(); }

 private:
  Result read() const {
    Result seen;
    for (int c = 0; c < sheet_.candidates(); ++c) seen.votes.push_back(sheet_.votes(c));
    seen.total = sheet_.total();
    return seen;
  }

  Sheet& sheet_;
};

std::unique_ptr<Tally> make_tally(Sheet& sheet) { return std::make_unique<SharedTally>(sheet); }
