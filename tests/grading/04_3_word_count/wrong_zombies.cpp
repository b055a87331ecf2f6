// Wrong: forks by hand, and waits for nobody when one has failed.
// loses: nothing_left
// says: after a bad text
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

void work(Texts& texts, const mp::Proxy<Tally>& tally) {
  Counts counts;
  const auto send = [&] {
    if (!counts.empty()) tally.add_all(counts);
  };
  try {
    while (const auto text = texts.next()) count(*text, counts);
  } catch (...) {
    send();
    throw;
  }
  send();
}

}  // namespace

void count_words(Texts& texts, int workers, const mp::Proxy<Tally>& tally) {
  std::vector<pid_t> pids;
  for (int w = 0; w < workers; ++w)
    if (pids.push_back(fork()); pids.back() == 0) try {
        work(texts, tally);
        _exit(0);
      } catch (...) {
        _exit(1);
      }
  siginfo_t info{};
  for (const pid_t pid : pids) waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  for (const pid_t pid : pids) {
    int status = 0;
    waitpid(pid, &status, 0);
    if (status != 0) throw std::runtime_error{"a worker failed"};
  }
}
