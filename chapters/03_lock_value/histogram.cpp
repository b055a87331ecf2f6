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

void lock_each_byte(const mp::Array<long>& all, const Texts& mine) {
  for (const auto& text : mine)
    for (const char c : text) all.update([=](std::span<long> counts) { ++counts[byte(c)]; });
}
void count_atomically(const mp::RawArray<std::atomic<long>>& all, const Texts& mine) {
  for (const auto& text : mine)
    for (const char c : text) all[byte(c)].fetch_add(1, relaxed);
}
void count_here_first(const mp::Array<long>& all, const Texts& mine) {
  Counts here{};
  for (const auto& text : mine)
    for (const char c : text) ++here[byte(c)];
  all.update([&](std::span<long> counts) {
    for (std::size_t i = 0; i < here.size(); ++i) counts[i] += here[i];
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
std::string by(void (*count)(const All&, const Texts&), const std::vector<Texts>& shares) {
  const All all{256};
  std::vector<mp::Process> processes;
  for (const Texts& mine : shares) processes.emplace_back([&] { count(all, mine); });  // forked: it has them
  for (auto& process : processes) process.start();
  processes.clear();  // joins
  return answer(all);
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "03_lock_value", "histogram"};
  std::vector<Texts> one(1), shares(static_cast<std::size_t>(run.workers()));
  long bytes = 0;
  for (const auto& file : mp::real_files(run.scaled(16'000'000, 200'000'000))) {
    one[0].push_back(mp::read_text(file).value_or(""));
    shares[one[0].size() % shares.size()].push_back(one[0].back());
    bytes += std::ssize(one[0].back());
  }
  run.workload(fmt::format("the bytes of {} files, {} in all", one[0].size(), bytes));
  const auto add = [&](const char* name, const std::vector<Texts>& texts, auto count) {
    const auto kind = texts.size() == 1 ? mp::Kind::serial : mp::Kind::processes;
    run.add({.name = name, .kind = kind, .workers = static_cast<int>(texts.size()), .operations = bytes},
            [=, &texts] { return by(count, texts); });
  };
  add("one process", one, count_here_first);
  add("a lock for each byte", shares, lock_each_byte);
  add("an atomic for each byte", shares, count_atomically);
  add("local counts, one lock", shares, count_here_first);
  return run.report();
}
