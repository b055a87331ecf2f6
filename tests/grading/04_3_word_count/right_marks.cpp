// Right: daemons, and a mark in shared memory for each worker that has come to its end.
#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "01_process/process.hpp"
#include "04_manager/manager.hpp"
#include "common/raw_array.hpp"

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

}  // namespace

void count_words(Texts& texts, int workers, const mp::Proxy<Tally>& tally) {
  const mp::RawArray<std::atomic<bool>> done{static_cast<std::size_t>(workers)};
  std::vector<mp::Process> all;
  for (int w = 0; w < workers; ++w) {
    const auto work = [&, w] {
      Counts counts;
      std::optional<std::string> text;
      bool good = true;
      do {
        try {
          text = texts.next();
          if (text) count(*text, counts);
        } catch (const std::runtime_error&) {
          good = false;
        }
      } while (good && text);
      if (!counts.empty()) tally.add_all(counts);
      done[w] = good;
    };
    all.emplace_back(mp::ProcessOptions{.daemon = true}, work);
    all.back().start();
  }
  for (const auto& worker : all) worker.join();
  if (!std::all_of(done.begin(), done.end(), [](auto& each) { return each.load(); }))
    throw std::range_error{"a worker did not come to its end"};
}
