// One function that needs an Executor, and three engines for it; then three ways of taking the results. The first of
// the tasks is the longest: who wants the results in order waits for it, and then still has everything to do.
#include <fmt/format.h>

#include "06_executor/completed.hpp"
#include "06_executor/process_pool.hpp"
#include "06_executor/thread_pool.hpp"
#include "common/chains.hpp"
#include "common/side_by_side/side_by_side.hpp"

constexpr int task_count = 8;

/// Task i, and its number with the result, as results may come in any order.
std::pair<int, std::string> chain(int i, long rounds) {
  const mp::Span span{i};
  return {i, mp::chain_links(mp::chain_seed(i), rounds)};
}

/// Where the results go. It is slow, as a database or a printer is, and appears in the picture as a task of its own.
class Report {
 public:
  explicit Report(mp::Seconds each) : each_{each} {}
  void add(const std::pair<int, std::string>& result) {
    const mp::Span span{task_count + result.first};
    std::this_thread::sleep_for(each_);
    mp::keep(result.first, result.second, digests_);
  }
  std::string answer() const { return mp::answer(digests_); }

 private:
  mp::Seconds each_;
  mp::Digests digests_{task_count};
};

using Lengths = std::vector<long>;
using Futures = std::vector<mp::Future<std::pair<int, std::string>>>;

Futures submit_all(mp::Executor& executor, const Lengths& lengths) {
  Futures futures;
  for (int i = 0; const long rounds : lengths) futures.push_back(executor.submit(mp::fn<chain>, i++, rounds));
  return futures;
}

void in_order(mp::Executor& executor, const Lengths& lengths, Report& report) {
  for (const auto& future : submit_all(executor, lengths)) report.add(future.result());
}
void as_completed(mp::Executor& executor, const Lengths& lengths, Report& report) {
  for (const auto& future : mp::as_completed(submit_all(executor, lengths))) report.add(future.result());
}
void by_map(mp::Executor& executor, const Lengths& lengths, Report& report) {
  const mp::ExecutorMapOptions options{.timeout = mp::Seconds{60}, .chunksize = 3};
  for (const auto& result : executor.map(mp::fn<chain>, std::views::iota(0), lengths, options)) report.add(result);
}

int main(int argc, char** argv) {
  using mp::Kind;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "06_executor", "main"};
  const int n = run.workers();
  const long unit = run.scaled(40'000, 600'000);
  Lengths lengths(task_count, unit);
  lengths[0] = 6 * unit;
  run.workload(fmt::format("{} chains, of {} and {} rounds, and a slow report", task_count, lengths[0], unit));
  const auto with = [&](auto make_executor, auto take_results) {
    return [=, &lengths] {
      Report report{mp::Seconds{static_cast<double>(unit) / 2e6}};
      const auto executor = make_executor();
      take_results(*executor, lengths, report);
      return report.answer();
    };
  };
  const auto threads = [=] { return std::make_unique<mp::ThreadPoolExecutor>(n); };
  const auto processes = [=] { return std::make_unique<mp::ProcessPoolExecutor>(n); };
  run.add({"serial, in order", Kind::serial}, with([] { return std::make_unique<mp::SerialExecutor>(); }, in_order));
  run.add({fmt::format("{} threads, in order", n), Kind::threads, n}, with(threads, in_order));
  run.add({fmt::format("{} processes, in order", n), Kind::processes, n}, with(processes, in_order));
  run.add({fmt::format("{} processes, as completed", n), Kind::processes, n}, with(processes, as_completed));
  run.add({fmt::format("{} processes, map by 3", n), Kind::processes, n}, with(processes, by_map));
  return run.report();
}
