// The SHA-512 chains through a manager: a queue of the chains to compute, and a list for their ends.
#include <fmt/format.h>

#include <thread>

#include "04_manager/manager.hpp"
#include "common/chains.hpp"
#include "common/side_by_side/side_by_side.hpp"

using Task = std::optional<int>;  // a chain to compute; nothing: no more
using Tasks = mp::Proxy<mp::ThreadQueue<Task>>;
using Ends = mp::Proxy<mp::List<std::string>>;

/// Every worker runs this, thread or process.
void work(Tasks tasks, Ends ends, long rounds) {
  while (const Task task = tasks.get()) {
    const mp::Span span{*task};
    ends.set(*task, mp::chain_links(mp::chain_seed(*task), rounds));
  }
}

std::string serial(long rounds) {
  const mp::Digests digests{mp::chain_count};
  for (int i = 0; i < mp::chain_count; ++i) mp::chain(i, rounds, digests);
  return mp::answer(digests);
}

/// n workers; `start(tasks, ends)` starts one.
template <class Start>
std::string by_manager(int n, Start start) {
  const mp::Manager manager;
  const Tasks tasks = manager.make_queue<Task>();
  const Ends ends = manager.make_array<std::string>(mp::chain_count);
  for (int i = 0; i < mp::chain_count; ++i) tasks.put(i);
  for (int w = 0; w < n; ++w) tasks.put(Task{});
  {
    std::vector<decltype(start(tasks, ends))> workers;
    for (int w = 0; w < n; ++w) workers.push_back(start(tasks, ends));
    if constexpr (std::same_as<decltype(workers), std::vector<mp::Process>>)
      for (mp::Process& worker : workers) worker.start();
  }  // joins
  const mp::Digests digests{mp::chain_count};
  for (int i = 0; i < mp::chain_count; ++i) mp::keep(i, ends.get(i), digests);
  return mp::answer(digests);
}

int main(int argc, char** argv) {
  using mp::Kind, mp::Process;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "04_manager", "sha_chains"};
  const long rounds = run.scaled(30'000, 1'000'000);
  const int n = run.workers();
  const auto name = [=](const char* how) { return fmt::format("{} {}", n, how); };
  run.workload(fmt::format("{} chains of {} rounds of SHA-512, through a manager", mp::chain_count, rounds));
  run.add({"serial", Kind::serial}, [=] { return serial(rounds); });
  run.add({name("threads"), Kind::threads, n}, [=] {
    return by_manager(n, [=](auto& t, auto& e) { return std::jthread{work, t, e, rounds}; });
  });
  run.add({name("forked"), Kind::processes, n}, [=] {
    return by_manager(n, [=](auto& t, auto& e) { return Process{work, t, e, rounds}; });
  });
  run.add({name("spawned"), Kind::processes, n}, [=] {
    return by_manager(n, [=](auto& t, auto& e) { return Process{mp::start::spawn, mp::fn<work>, t, e, rounds}; });
  });
  return run.report();
}
