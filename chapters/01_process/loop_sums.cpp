// Eight sums by one loop each, on one worker and on several.
//
// In Python, threads gain nothing here, because one lock is passed round between them. C++ has no
// such lock: threads are as fast as processes, and start several times as quickly.
#include <fmt/format.h>

#include <numeric>
#include <thread>

#include "01_process/process.hpp"
#include "common/raw_array.hpp"
#include "common/side_by_side/side_by_side.hpp"
#include "common/workloads.hpp"

constexpr int task_count = 8;
using Sums = mp::RawArray<std::uint64_t>;

/// Every worker runs this: task `first`, then every `step`th.
void worker(int first, int step, long n, Sums sums) {
  for (int i = first; i < task_count; i += step) {
    const mp::Span span{i};
    sums[i] = mp::sum_below(n);
  }
}

std::string total(const Sums& sums) {
  return std::to_string(std::accumulate(sums.begin(), sums.end(), std::uint64_t{0}));
}

std::string serial(long n) {
  const Sums sums{task_count};
  worker(0, 1, n, sums);
  return total(sums);
}

std::string by_threads(long n, int workers) {
  const Sums sums{task_count};
  std::vector<std::jthread> all;
  for (int w = 0; w < workers; ++w) all.emplace_back(worker, w, workers, n, sums);
  all.clear();  // joins
  return total(sums);
}

template <class Start>
std::string by_processes(Start start, long n, int workers) {
  const Sums sums{task_count};
  std::vector<mp::Process> all;
  for (int w = 0; w < workers; ++w) all.emplace_back(start, mp::fn<worker>, w, workers, n, sums);
  for (auto& process : all) process.start();
  for (auto& process : all) process.join();
  return total(sums);
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "01_process", "loop_sums"};
  const long n = run.scaled(150'000'000, 500'000'000);
  const int workers = run.workers();
  run.workload(fmt::format("{} sums of {} million additions each", task_count, n / 1'000'000));
  run.add({"serial", mp::Kind::serial}, [=] { return serial(n); });
  run.add({fmt::format("{} threads", workers), mp::Kind::threads, workers}, [=] { return by_threads(n, workers); });
  run.add({fmt::format("{} processes, fork", workers), mp::Kind::processes, workers},
          [=] { return by_processes(mp::start::fork, n, workers); });
  run.add({fmt::format("{} processes, spawn", workers), mp::Kind::processes, workers},
          [=] { return by_processes(mp::start::spawn, n, workers); });
  return run.report();
}
