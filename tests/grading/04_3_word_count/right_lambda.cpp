// Right: a function of its own that runs in the server, and goes on after a bad text.
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
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

/// One word after the other, but in the server: the message is one.
constexpr auto merge = [](Tally& tally, std::vector<std::pair<std::string, long>> more) {
  for (const auto& [word, n] : more) tally.add(word, n);
};

void work(Texts& texts, const mp::Proxy<Tally>& tally) {
  std::map<std::string, long> counts;
  std::exception_ptr bad;
  for (;;) try {
      const auto text = texts.next();
      if (!text) break;
      std::istringstream in{*text};
      for (std::string word; in >> word;) ++counts[word];
    } catch (const std::runtime_error&) {
      bad = std::current_exception();
    }
  if (!counts.empty()) tally.call(merge, std::vector<std::pair<std::string, long>>(counts.begin(), counts.end()));
  if (bad) std::rethrow_exception(bad);
}

}  // namespace

void count_words(Texts& texts, int workers, const mp::Proxy<Tally>& tally) {
  std::vector<mp::Process> all;
  for (int w = 0; w < workers; ++w) all.emplace_back(work, std::ref(texts), tally);
  for (auto& worker : all) worker.start();
  for (auto& worker : all) worker.join();
  for (auto& worker : all)
    if (!worker.status().exited() || worker.status().code() != 0) throw std::runtime_error{worker.status().text()};
}
