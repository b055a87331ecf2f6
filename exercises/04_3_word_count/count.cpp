// Exercise 04_3: rewrite count_words. It counts right, but all by itself, and with a message for each word.
#include <map>
#include <optional>
#include <sstream>
#include <string>

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

/// Has so many workers, each a process, count the words of the texts into the tally. Words are what `>>` reads. Blocks
/// until all workers have ended. Throws std::runtime_error when one of them has failed or was killed.
void count_words(Texts& texts, [[maybe_unused]] int workers, const mp::Proxy<Tally>& tally) {
  while (const auto text = texts.next()) {
    std::istringstream in{*text};
    for (std::string word; in >> word;) tally.add(word, 1);
  }
}
