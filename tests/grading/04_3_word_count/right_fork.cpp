// Right: fork and waitpid, and a destructor that sends.
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "04_manager/manager.hpp"

using Counts = std::map<std::string, long>;

struct Texts {
  virtual ~Texts() = default;
  virtual std::optional<std::string> next() = 0;
};

struct Tally {
  void add(std::string word, long n);
  void add_all(Counts more);
  Counts all();
  MP_METHODS(add, add_all, all)

 private:
  Counts counts_;
};

namespace {

void count(const std::string& text, Counts& counts) {
  std::istringstream in{text};
  for (std::string word; in >> word;) ++counts[word];
}

/// Sends what has been counted, however its scope is left. Throws then, if it cannot, and ends the process: so be it.
struct Sum {
  explicit Sum(const mp::Proxy<Tally>& to) : tally{to} {}
  ~Sum() {
    if (!counts.empty()) tally.add_all(counts);
  }
  const mp::Proxy<Tally>& tally;
  Counts counts = {};
};

[[noreturn]] void be_worker(Texts& texts, const mp::Proxy<Tally>& tally) {
  try {
    Sum sum{tally};
    while (const auto text = texts.next()) count(*text, sum.counts);
  } catch (...) {
    _exit(3);
  }
  _exit(0);
}

}  // namespace

void count_words(Texts& texts, int workers, const mp::Proxy<Tally>& tally) {
  std::vector<pid_t> pids;
  for (int w = 0; w < workers; ++w) {
    const pid_t pid = fork();
    if (pid == 0) be_worker(texts, tally);
    if (pid > 0) pids.push_back(pid);
  }
  int good = 0;
  for (const pid_t pid : pids) {
    int status = 0;
    if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0) ++good;
  }
  if (good < workers) throw std::runtime_error{std::to_string(workers - good) + " workers failed"};
}
