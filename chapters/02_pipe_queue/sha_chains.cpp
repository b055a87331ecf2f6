// The SHA-512 chains through queues: any worker takes the next one, whoever is free.
#include <fmt/format.h>

#include <thread>

#include "01_process/process.hpp"
#include "02_pipe_queue/queue.hpp"
#include "common/chains.hpp"
#include "common/side_by_side/side_by_side.hpp"

using Task = std::optional<int>;  // a chain to compute; nothing: no more
using Result = std::pair<int, std::string>;

/// Every worker runs this, thread or process.
template <template <class> class Queue>
void work(Queue<Task> tasks, Queue<Result> results, long rounds) {
  while (const Task task = tasks.get()) {
    const mp::Span span{*task};
    results.put(Result{*task, mp::chain_links(mp::chain_seed(*task), rounds)});
  }
}

/// Here the results go into shared memory, and the queue itself knows when all is done.
void work_and_tell(mp::JoinableQueue<Task> tasks, mp::Digests digests, long rounds) {
  while (const Task task = tasks.get()) {
    mp::chain(*task, rounds, digests);
    tasks.task_done();
  }
}

std::string serial(long rounds) {
  const mp::Digests digests{mp::chain_count};
  for (int i = 0; i < mp::chain_count; ++i) mp::chain(i, rounds, digests);
  return mp::answer(digests);
}

/// n workers; `start(tasks, results)` starts one.
template <template <class> class Queue, class Start>
std::string by_queues(int n, Start start) {
  Queue<Task> tasks;
  Queue<Result> results;
  std::vector<decltype(start(tasks, results))> workers;
  for (int w = 0; w < n; ++w) workers.push_back(start(tasks, results));
  if constexpr (std::same_as<decltype(workers), std::vector<mp::Process>>)
    for (mp::Process& worker : workers) worker.start();  // before the first put, as that starts a thread
  for (int i = 0; i < mp::chain_count; ++i) tasks.put(i);
  for (int w = 0; w < n; ++w) tasks.put(std::nullopt);
  const mp::Digests digests{mp::chain_count};
  for (int i = 0; i < mp::chain_count; ++i)
    std::apply([&](int chain, const auto& end) { mp::keep(chain, end, digests); }, results.get());
  return mp::answer(digests);
}

std::string by_joinable(int n, long rounds) {
  mp::JoinableQueue<Task> tasks;
  const mp::Digests digests{mp::chain_count};
  std::vector<mp::Process> workers;
  for (int w = 0; w < n; ++w) workers.emplace_back(work_and_tell, tasks, digests, rounds).start();
  for (int i = 0; i < mp::chain_count; ++i) tasks.put(i);
  tasks.join();
  for (int w = 0; w < n; ++w) tasks.put(std::nullopt);
  return mp::answer(digests);
}

int main(int argc, char** argv) {
  using mp::Kind, mp::Process, mp::Queue, mp::SimpleQueue;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "02_pipe_queue", "sha_chains"};
  const long rounds = run.scaled(30'000, 1'000'000);
  const int n = run.workers();
  const auto name = [=](const char* how) { return fmt::format("{} {}", n, how); };
  run.workload(fmt::format("{} chains of {} rounds of SHA-512, through queues", mp::chain_count, rounds));
  run.add({"serial", Kind::serial}, [=] { return serial(rounds); });
  run.add({name("threads, Queue"), Kind::threads, n}, [=] {
    return by_queues<Queue>(n, [=](auto& t, auto& r) { return std::jthread{work<Queue>, t, r, rounds}; });
  });
  run.add({name("forked, Queue"), Kind::processes, n}, [=] {
    return by_queues<Queue>(n, [=](auto& t, auto& r) { return Process{work<Queue>, t, r, rounds}; });
  });
  run.add({name("spawned, SimpleQueue"), Kind::processes, n}, [=] {
    return by_queues<SimpleQueue>(n, [=](auto& t, auto& r) {
      return Process{mp::start::spawn, mp::fn<work<SimpleQueue>>, t, r, rounds};
    });
  });
  run.add({name("forked, JoinableQueue"), Kind::processes, n}, [=] { return by_joinable(n, rounds); });
  return run.report();
}
