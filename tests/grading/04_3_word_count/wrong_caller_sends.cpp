// Wrong: the workers hand their counts to the caller, and that sends them.
// loses: one_message
// says: by processes that took no text
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
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

Counts work(Texts& texts, bool& failed) {
  Counts counts;
  try {
    while (const auto text = texts.next()) count(*text, counts);
  } catch (const std::runtime_error&) {
    failed = true;
  }
  return counts;
}

}  // namespace

void count_words(Texts& texts, int workers, const mp::Proxy<Tally>& tally) {
  std::vector<std::pair<mp::Process, mp::Connection>> all;
  for (int w = 0; w < workers; ++w) {
    auto [ours, theirs] = mp::one_way_pipe();
    const auto run = [&texts](mp::Connection out) {
      bool failed = false;
      Counts counts = work(texts, failed);
      out.send(std::pair{counts, failed});
    };
    mp::Process worker{run, std::move(theirs)};
    worker.start();
    all.emplace_back(std::move(worker), std::move(ours));
  }
  Counts sum;
  bool failed = false;
  for (auto& [worker, link] : all) try {
      const auto [counts, bad] = link.recv<std::pair<Counts, bool>>();
      for (const auto& [word, n] : counts) sum[word] += n;
      failed = failed || bad;
    } catch (const mp::EndOfFile&) {
      failed = true;
    }
  if (!sum.empty()) tally.add_all(sum);
  if (failed) throw std::runtime_error{"a worker failed"};
}
