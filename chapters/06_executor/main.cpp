// One function that needs an Executor, and three engines for it; then three ways of taking the results. The first of
// the tasks is the longest: who wants the results in order waits for it, and then still has everything to do.
#include <fmt/format.h>

#include "06_executor/completed.hpp"
#include "06_executor/process_pool.hpp"
#include "06_executor/thread_pool.hpp"
#include "common/chains.hpp"
#include "common/side_by_side/side_by_side.hpp"

constexpr int task_count = 8, chains_in_a_task = 3, chain_count = task_count * chains_in_a_task;

/// Chain i; in the picture it has its task's number.
std::string chain(int i, long rounds) {
  const mp::Span span{i / chains_in_a_task};
  return mp::chain_links(mp::chain_seed(i), rounds);
}

/// A task is three chains. It says which, for results may come in any order.
using Ends = std::pair<int, std::vector<std::string>>;
Ends three_chains(int task, long rounds) {
  Ends ends{task, {}};
  for (int k = 0; k < chains_in_a_task; ++k) ends.second.push_back(chain(task * chains_in_a_task + k, rounds));
  return ends;
}

/// Where the results go. It is slow, as a database or a printer is; in the picture, too, with the task's number.
class Report {
 public:
  explicit Report(mp::Seconds each) : each_{each} {}
  void add(int i, const std::string& end) {
    const mp::Span span{i / chains_in_a_task};
    std::this_thread::sleep_for(each_);
    mp::keep(i, end, digests_);
  }
  void add(const Ends& ends) {
    for (int i = ends.first * chains_in_a_task; const std::string& end : ends.second) add(i++, end);
  }
  std::string answer() const { return mp::answer(digests_); }

 private:
  mp::Seconds each_;
  mp::Digests digests_{chain_count};
};

/// The first task is long.
long rounds_of(int task, long unit) { return task == 0 ? 6 * unit : unit; }

std::vector<mp::Future<Ends>> submit_all(mp::Executor& executor, long unit) {
  std::vector<mp::Future<Ends>> futures;
  for (int i = 0; i < task_count; ++i) futures.push_back(executor.submit(mp::fn<three_chains>, i, rounds_of(i, unit)));
  return futures;
}

void in_order(mp::Executor& executor, long unit, Report& report) {
  for (const auto& future : submit_all(executor, unit)) report.add(future.result());
}
void as_completed(mp::Executor& executor, long unit, Report& report) {
  for (const auto& future : mp::as_completed(submit_all(executor, unit))) report.add(future.result());
}
void by_map(mp::Executor& executor, long unit, Report& report) {
  std::vector<long> rounds;
  for (int i = 0; i < chain_count; ++i) rounds.push_back(rounds_of(i / chains_in_a_task, unit));
  const mp::ExecutorMapOptions options{.timeout = mp::Seconds{60}, .chunksize = chains_in_a_task};
  for (int i = 0; const auto& end : executor.map(mp::fn<chain>, std::views::iota(0), rounds, options))
    report.add(i++, end);
}

int main(int argc, char** argv) {
  using mp::Kind;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "06_executor", "main"};
  const int n = run.workers();
  const long unit = run.scaled(14'000, 200'000);
  run.workload(fmt::format("{} chains of SHA-512 in {} tasks, the first of them long", chain_count, task_count));
  const auto with = [=](auto make_executor, auto take_results) {
    return [=] {
      Report report{mp::Seconds{static_cast<double>(unit) / 2e6}};
      take_results(*make_executor(), unit, report);
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
