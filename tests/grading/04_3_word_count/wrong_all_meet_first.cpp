// Wrong: the workers wait for each other before they send, and a killed one never comes.
// loses: killed nothing_left
// says: count_words did not return
#include <exception>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "01_process/process.hpp"
#include "03_lock_value/barrier.hpp"
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

void work(Texts& texts, const mp::Proxy<Tally>& tally, mp::Barrier& all_done) {
  Counts counts;
  std::exception_ptr bad;
  try {
    while (const auto text = texts.next()) count(*text, counts);
  } catch (...) {
    bad = std::current_exception();
  }
  all_done.wait();
  if (!counts.empty()) tally.add_all(counts);
  if (bad) std::rethrow_exception(bad);
}

}  // namespace

void count_words(Texts& texts, int workers, const mp::Proxy<Tally>& tally) {
  mp::Barrier all_done{workers};
  std::vector<mp::Process> all;
  for (int w = 0; w < workers; ++w) {
    all.emplace_back([&] { work(texts, tally, all_done); });
    all.back().start();
  }
  std::string failed;
  for (const mp::Process& worker : all) {
    worker.join();
    if (worker.exitcode() != 0) failed += " " + worker.name() + ": " + worker.status().text() + ".";
  }
  if (!failed.empty()) throw std::runtime_error{"not all words were counted." + failed};
}
