// Right: a robust mutex of the C library, in memory of its own; a bad ballot is refused before the lock is taken.
#include <pthread.h>
#include <sys/mman.h>

#include <cerrno>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <stdexcept>
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
  explicit SharedTally(Sheet& sheet) : sheet_{sheet} {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  ~SharedTally() override { munmap(mutex_, sizeof *mutex_); }

  void count(Box& box) override {
    while (const auto candidate = box.next()) {
      if (*candidate < 0 || *candidate >= sheet_.candidates()) throw std::out_of_range{"a ballot for nobody"};
      const std::scoped_lock held{*this};
      sheet_.set_total(sheet_.total() + 1);
      sheet_.set_votes(*candidate, sheet_.votes(*candidate) + 1);
    }
  }

  Result result() override {
    const std::scoped_lock held{*this};
    return read();
  }

  void lock() {
    if (pthread_mutex_lock(mutex_) != EOWNERDEAD) return;
    repair();
    pthread_mutex_consistent(mutex_);
  }
  void unlock() { pthread_mutex_unlock(mutex_); }

 private:
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
  pthread_mutex_t* const mutex_ = static_cast<pthread_mutex_t*>(
      mmap(nullptr, sizeof(pthread_mutex_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
};

std::unique_ptr<Tally> make_tally(Sheet& sheet) { return std::make_unique<SharedTally>(sheet); }
