// Right: each worker tells by a pipe how it ended, and a killed one tells nothing.
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
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

/// Sends its counts, and returns what went wrong.
std::string work(Texts& texts, const mp::Proxy<Tally>& tally) {
  Counts counts;
  std::string error;
  try {
    while (const auto text = texts.next()) count(*text, counts);
  } catch (const std::exception& bad) {
    error = bad.what();
  }
  if (!counts.empty()) tally.add_all(std::move(counts));
  return error;
}

}  // namespace

void count_words(Texts& texts, int workers, const mp::Proxy<Tally>& tally) {
  std::vector<std::pair<mp::Process, mp::Connection>> all;
  for (int w = 0; w < workers; ++w) {
    auto [ours, theirs] = mp::one_way_pipe();
    mp::Process worker{[&](mp::Connection out) { out.send(work(texts, tally)); }, std::move(theirs)};
    worker.start();
    all.emplace_back(std::move(worker), std::move(ours));
  }
  std::string errors;
  for (auto& [worker, link] : all) try {
      errors += link.recv<std::string>();
    } catch (const mp::EndOfFile&) {
      errors += "a worker died. ";
    }
  for (auto& [worker, link] : all) worker.join();
  if (!errors.empty()) throw std::runtime_error{errors};
}
