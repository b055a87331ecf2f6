// Wrong: returns as soon as the workers are started.
// loses: counts together one_message no_news bad_text killed nothing_left
// says: got none
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "01_process/process.hpp"
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
  static std::vector<mp::Process> all;  // it would wait for them, were it to end
  for (int w = 0; w < workers; ++w) {
    all.emplace_back([&] { work(texts, tally); });
    all.back().start();
  }
}
