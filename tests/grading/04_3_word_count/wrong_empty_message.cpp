// Wrong: sends its counts even when there are none.
// loses: no_news
// says: by each worker that got no texts
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
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
  const auto send = [&] { tally.add_all(counts); };
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
