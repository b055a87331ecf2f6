// Which words occur most often in real files? Every worker has its share of the files; what differs is where it counts:
// in a dict of the manager, word by word; or at home, and sends that to a counter, file by file or once at the end.
//
// Files of your own: build/default/chapters/04_manager/main -- FILE…
#include <fmt/format.h>

#include <sstream>
#include <thread>

#include "04_manager/manager.hpp"
#include "common/side_by_side/side_by_side.hpp"
#include "common/workloads.hpp"

using Words = std::vector<std::string>;
using Shares = std::vector<std::vector<Words>>;  // of each worker, the words of each of its files

Words words_of(const std::string& file) {
  std::string text = mp::read_text(file).value_or("");
  for (char& c : text) c = std::isalpha(c) ? static_cast<char>(std::tolower(c)) : ' ';
  std::istringstream in{text};
  return {std::istream_iterator<std::string>{in}, {}};
}

/// The ten that occur most often, in a counter here or, by its proxy, in a server.
std::string top_ten(auto& counter) {
  std::string text;
  for (const auto& [word, n] : counter.most_common(10)) text += fmt::format("{} {} ", word, n);
  return text;
}

/// A worker for each share.
template <class Worker>
void share(const Shares& shares, auto work) {
  std::vector<Worker> workers;
  for (const auto& mine : shares) workers.emplace_back([&] { std::for_each(mine.begin(), mine.end(), work); });
  if constexpr (std::same_as<Worker, mp::Process>)
    for (auto& process : workers) process.start();
}

std::string by_threads(const Shares& shares) {
  mp::Counter<std::string> all;
  std::mutex mutex;
  share<std::jthread>(shares, [&](const Words& words) {
    for (const auto& word : words) std::scoped_lock{mutex}, all.add(word);
  });
  return top_ten(all);
}
std::string by_dict(const Shares& shares, const mp::Manager& manager = {}) {
  const auto dict = manager.make_dict<std::string, long>();
  share<mp::Process>(shares, [&](const Words& words) {
    for (const auto& word : words) dict.update(word, [](long& n) { ++n; });
  });
  mp::Counter<std::string> all;
  for (const auto& [word, n] : dict.items()) all.add(word, n);
  return top_ten(all);
}
std::string by_counter(const Shares& shares, const mp::Manager& manager = {}) {
  const auto counter = manager.make_counter<std::string>();
  share<mp::Process>(shares, [&](const Words& words) {
    mp::Counter<std::string> here;
    for (const auto& word : words) here.add(word);
    counter.update(here.counts);
  });
  return top_ten(counter);
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  char** const given = std::find(argv, argv + argc, std::string{"--"});
  mp::SideBySide run{static_cast<int>(given - argv), argv, "04_manager", "main"};
  const int workers = run.workers();
  Shares all(1), files(static_cast<std::size_t>(workers)), at_once(files.size(), {Words{}});
  long n = 0;
  for (const auto& file : *given ? Words(given + 1, argv + argc) : mp::real_files(run.scaled(1'600'000, 30'000'000))) {
    const Words& words = all[0].emplace_back(words_of(file));
    const auto worker = all[0].size() % files.size();
    files[worker].push_back(words);
    at_once[worker][0].insert(at_once[worker][0].end(), words.begin(), words.end());
    n += std::ssize(words);
  }
  fmt::print("The most frequent words: {}\n\n", by_threads(all));
  run.workload(fmt::format("the {} words of {} files", n, all[0].size()));
  run.add({"serial", mp::Kind::serial, 1, false, n}, [&] { return by_threads(all); });
  run.add({"threads, one locked map", mp::Kind::threads, workers, false, n}, [&] { return by_threads(files); });
  run.add({"dict, word by word", mp::Kind::processes, workers, false, n}, [&] { return by_dict(files); });
  run.add({"counter, file by file", mp::Kind::processes, workers, false, n}, [&] { return by_counter(files); });
  run.add({"counter, once", mp::Kind::processes, workers, false, n}, [&] { return by_counter(at_once); });
  return run.report();
}
