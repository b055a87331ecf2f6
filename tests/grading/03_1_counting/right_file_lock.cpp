// Right: a lock of the kernel's on a file in memory, which goes with its process, and a total that is always summed up
// anew.
#include <fcntl.h>

#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include "common/descriptor.hpp"

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
      const Held held{file_.number()};
      sheet_.set_votes(*candidate, sheet_.votes(*candidate) + 1);
      sheet_.set_total(read().total);
    }
  }

  Result result() override {
    const Held held{file_.number()};
    return read();
  }

 private:
  class Held {
   public:
    explicit Held(int file) : file_{file} { lock(F_WRLCK); }
    ~Held() { lock(F_UNLCK); }
    Held(const Held&) = delete;

   private:
    void lock(short kind) const {
      struct flock whole {};
      whole.l_type = kind;
      mp::check(mp::retry([&] { return fcntl(file_, F_SETLKW, &whole); }), "fcntl");
    }
    int file_;
  };

  Result read() const {
    Result seen;
    for (int c = 0; c < sheet_.candidates(); ++c) seen.votes.push_back(sheet_.votes(c));
    seen.total = std::accumulate(seen.votes.begin(), seen.votes.end(), 0);
    return seen;
  }

  Sheet& sheet_;
  mp::Descriptor file_ = mp::memory_file("tally");
};

std::unique_ptr<Tally> make_tally(Sheet& sheet) { return std::make_unique<SharedTally>(sheet); }
