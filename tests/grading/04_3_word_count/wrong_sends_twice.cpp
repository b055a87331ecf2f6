// Wrong: sends before a bad text, goes on, and sends again.
// loses: one_message
// says: whether it goes on or not
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "01_process/process.hpp"
#include "04_manager/manager.hpp"

// What it works with; leave that as it is.

using Counts = std::map<std::string, long>;  ///< how often, by word

/// Where the workers find their texts. It is made before they are forked, and they share it: each text comes to one of
/// them only.
struct Texts {
  virtual ~Texts() = default;
  /// The next text for the process that asks; nothing when there are no more for it. It may have to wait for one.
  /// Throws std::runtime_error for a text that cannot be read.
  virtual std::optional<std::string> next() = 0;
};

/// What has been counted by all. It lives in a manager's server, which has these functions: each call by a proxy is a
/// message there.
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

/// What each worker does. Its counts stay in its own memory until there are no more texts, or a bad one comes.
void work(Texts& texts, const mp::Proxy<Tally>& tally) {
  Counts counts;
  const auto send = [&] {
    if (!counts.empty()) tally.add_all(counts);
  };
  bool failed = false;
  for (;;) try {
      const auto text = texts.next();
      if (!text) break;
      count(*text, counts);
    } catch (...) {
      send();
      counts.clear();
      failed = true;
    }
  send();
  if (failed) throw std::runtime_error{"a bad text"};
}

}  // namespace

/// Has so many workers, each a process, count the words of the texts into the tally. Words are what `>>` reads. Blocks
/// until all workers have ended. Throws std::runtime_error when one of them has failed or was killed.
void count_words(Texts& texts, int workers, const mp::Proxy<Tally>& tally) {
  std::vector<mp::Process> all;
  for (int w = 0; w < workers; ++w) {
    all.emplace_back([&] { work(texts, tally); });
    all.back().start();
  }
  std::string failed;
  for (const mp::Process& worker : all) {
    worker.join();
    if (worker.exitcode() != 0) failed += " " + worker.name() + ": " + worker.status().text() + ".";
  }
  if (!failed.empty()) throw std::runtime_error{"not all words were counted." + failed};
}
