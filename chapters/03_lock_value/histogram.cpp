// How often does each byte occur in real files? Every worker has its share of them; what differs is where it counts.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <numeric>

#include "01_process/process.hpp"
#include "03_lock_value/value.hpp"
#include "common/descriptor.hpp"
#include "common/side_by_side/side_by_side.hpp"
#include "common/workloads.hpp"

using Texts = std::vector<std::string>;
using Counts = std::array<long, 256>;
constexpr auto relaxed = std::memory_order_relaxed;

unsigned char byte(char c) { return static_cast<unsigned char>(c); }

void lock_each_byte(const mp::Array<long>& all, const std::string& text) {
  for (const char c : text) all.update([=](std::span<long> counts) { ++counts[byte(c)]; });
}
void lock_each_file(const mp::Array<long>& all, const std::string& text) {
  all.update([&](std::span<long> counts) {
    for (const char c : text) ++counts[byte(c)];
  });
}
void count_atomically(const mp::RawArray<std::atomic<long>>& all, const std::string& text) {
  for (const char c : text) all[byte(c)].fetch_add(1, relaxed);
}
void count_here_first(const mp::Array<long>& all, const std::string& text) {
  Counts mine{};
  for (const char c : text) ++mine[byte(c)];
  all.update([&](std::span<long> counts) {
    for (std::size_t i = 0; i < mine.size(); ++i) counts[i] += mine[i];
  });
}

/// The five bytes that occur most often, and how many there are.
std::string answer(const auto& counts) {
  std::vector<std::pair<long, int>> by_count;
  for (int i = 0; i < 256; ++i) by_count.emplace_back(-counts[i], i);
  std::sort(by_count.begin(), by_count.end());
  std::string text = fmt::format("{} bytes", std::accumulate(counts.begin(), counts.end(), 0L));
  for (int i = 0; i < 5; ++i) text += fmt::format(" {:#04x}", by_count[static_cast<std::size_t>(i)].second);
  return text;
}

template <class All>
std::string by(void (*count)(const All&, const std::string&), const Texts& texts, int workers) {
  const All all{256};
  std::vector<mp::Process> processes;
  for (int w = 0; w < workers; ++w)
    processes.emplace_back([=, &texts] {  // forked: they have the texts
      for (auto i = static_cast<std::size_t>(w); i < texts.size(); i += static_cast<std::size_t>(workers))
        count(all, texts[i]);
    });
  for (auto& process : processes) process.start();
  processes.clear();  // joins
  return answer(all);
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "03_lock_value", "histogram"};
  const int n = run.workers();
  Texts texts;
  long bytes = 0;
  for (const auto& file : mp::real_files(run.scaled(8'000'000, 200'000'000))) {
    texts.push_back(mp::read_text(file).value_or(""));
    bytes += std::ssize(texts.back());
  }
  run.workload(fmt::format("the bytes of {} files, {} in all", texts.size(), bytes));
  const auto add = [&](const char* name, int workers, auto count) {
    const auto kind = workers == 1 ? mp::Kind::serial : mp::Kind::processes;
    run.add({.name = name, .kind = kind, .workers = workers, .operations = bytes},
            [=, &texts] { return by(count, texts, workers); });
  };
  add("one process", 1, count_here_first);
  add("a lock for each byte", n, lock_each_byte);
  add("an atomic for each byte", n, count_atomically);
  add("a lock for each file", n, lock_each_file);
  add("local counts, one lock", n, count_here_first);
  return run.report();
}
