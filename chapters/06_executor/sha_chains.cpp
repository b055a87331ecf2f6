// The SHA-512 chains by every way that the course has built, in one table.
#include <fmt/format.h>

#include "02_pipe_queue/queue.hpp"
#include "03_lock_value/shared_queue.hpp"
#include "04_manager/manager.hpp"
#include "05_pool/pool.hpp"
#include "06_executor/process_pool.hpp"
#include "06_executor/thread_pool.hpp"
#include "common/chains.hpp"
#include "common/side_by_side/side_by_side.hpp"

std::string end_of_chain(int i, long rounds) {
  const mp::Span span{i};
  return mp::chain_links(mp::chain_seed(i), rounds);
}

/// Of the ends of all chains, in order.
std::string answer(auto&& ends) {
  const mp::Digests digests{mp::chain_count};
  for (int i = 0; const std::string& end : ends) mp::keep(i++, end, digests);
  return mp::answer(digests);
}
const auto numbers = std::views::iota(0, mp::chain_count);

std::string by_executor(mp::Executor& executor, long rounds) {
  return answer(executor.map(mp::fn<end_of_chain>, numbers, std::vector<long>(mp::chain_count, rounds)));
}
std::string by_pool(int n, long rounds) {
  mp::Pool pool{n};
  return answer(pool.map(mp::fn<end_of_chain>, numbers, std::vector<long>(mp::chain_count, rounds), {.chunksize = 1}));
}

/// n processes that run `work(w)`, until all are over.
std::string by_processes(int n, auto work, const mp::Digests& digests) {
  {
    std::vector<mp::Process> all;
    for (int w = 0; w < n; ++w) all.emplace_back(work, w).start();
  }  // joins
  return mp::answer(digests);
}
std::string by_process(int n, long rounds) {
  const mp::Digests digests{mp::chain_count};
  const auto work = [=](int w) {
    for (int i = w; i < mp::chain_count; i += n) mp::chain(i, rounds, digests);
  };
  return by_processes(n, work, digests);
}
/// From a queue of chapter 02, or a managed one of chapter 04.
std::string by_queue(int n, long rounds, auto queue) {
  const mp::Digests digests{mp::chain_count};
  for (const int i : numbers) queue.put(std::optional{i});
  for (int w = 0; w < n; ++w) queue.put(std::optional<int>{});
  const auto work = [=](int) mutable {
    while (const std::optional<int> i = queue.get()) mp::chain(*i, rounds, digests);
  };
  return by_processes(n, work, digests);
}

int main(int argc, char** argv) {
  using mp::Kind;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "06_executor", "sha_chains"};
  const long rounds = run.scaled(30'000, 1'000'000);
  const int n = run.workers();
  run.workload(fmt::format("{} chains of {} rounds of SHA-512, by all ways so far", mp::chain_count, rounds));
  run.add({"06 serial", Kind::serial}, [=] { return by_executor(*std::make_unique<mp::SerialExecutor>(), rounds); });
  run.add({"01 Process", Kind::processes, n}, [=] { return by_process(n, rounds); });
  run.add({"02 SimpleQueue", Kind::processes, n},
          [=] { return by_queue(n, rounds, mp::SimpleQueue<std::optional<int>>{}); });
  run.add({"03 SharedQueue", Kind::processes, n},
          [=] { return by_queue(n, rounds, mp::SharedQueue<std::optional<int>>{64}); });
  run.add({"04 Manager", Kind::processes, n},
          [=] { return by_queue(n, rounds, mp::Manager{}.make_queue<std::optional<int>>()); });
  run.add({"05 Pool", Kind::processes, n}, [=] { return by_pool(n, rounds); });
  run.add({"06 threads", Kind::threads, n},
          [=] { return by_executor(*std::make_unique<mp::ThreadPoolExecutor>(n), rounds); });
  run.add({"06 processes", Kind::processes, n},
          [=] { return by_executor(*std::make_unique<mp::ProcessPoolExecutor>(n), rounds); });
  return run.report();
}
