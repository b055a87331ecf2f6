// Workers that are always on, while work keeps arriving: they take it from one queue of a manager, put what came of it
// into a second, and report in a third that it is done. They wait for work, or, like many a script, look every so
// often.
#include <fmt/format.h>

#include <thread>

#include "04_manager/manager.hpp"
#include "common/chains.hpp"
#include "common/learn/terminal.hpp"
#include "common/side_by_side/side_by_side.hpp"

using Task = std::optional<int>;  // nothing: no more
using Result = std::pair<int, std::string>;
template <class T>
using Queue = mp::Proxy<mp::ThreadQueue<T>>;

/// Some tasks fail, and say why. The worker goes on.
Result carry_out(int task, long rounds) try {
  const mp::Span span{task};
  if (task % 10 == 7) throw std::invalid_argument{"unlucky"};
  return {task, mp::chain_links(mp::chain_seed(task), rounds).substr(0, 8)};
} catch (const std::exception& error) {
  return {task, error.what()};
}

template <class T>
T take(const Queue<T>& queue, mp::Seconds nap) {
  if (nap == mp::Seconds{0}) return queue.get();  // until there is something
  for (;; std::this_thread::sleep_for(nap))
    if (auto value = queue.try_get()) return *value;
}

void work(Queue<Task> tasks, Queue<Result> results, Queue<Task> news, long rounds, mp::Seconds nap) {
  while (const Task task = take(tasks, nap)) {
    results.put(carry_out(*task, rounds));
    news.put(Task{::getpid()});
  }
}

/// How much each worker has done so far, until told to stop.
void show_live(const Queue<Task>& news) try {
  std::map<pid_t, int> done;
  while (const Task pid = news.get()) mp::show_progress(fmt::format("  pid {} has done {}", *pid, ++done[*pid]));
} catch (const std::exception&) {}  // the manager is gone

std::string summary(const std::map<int, std::string>& results) {
  std::string failed;
  for (const auto& [task, text] : results)
    if (text == "unlucky") failed += fmt::format(" {}", task);
  return fmt::format("{} tasks, the first {}, unlucky{}", results.size(), results.at(0), failed);
}
std::string serial(long rounds) {
  std::map<int, std::string> results;
  for (int task = 0; task < 48; ++task) results.insert(carry_out(task, rounds));
  return summary(results);
}
std::string always_on(int n, long rounds, mp::Seconds nap) {
  const mp::Manager manager;
  const auto tasks = manager.make_queue<Task>(), news = manager.make_queue<Task>();
  const auto done = manager.make_queue<Result>();
  std::vector<mp::Process> workers;
  for (int w = 0; w < n; ++w) workers.emplace_back(work, tasks, done, news, rounds, nap).start();
  std::jthread live{show_live, news};
  std::map<int, std::string> results;
  while (results.size() < 48) {  // a dozen tasks arrive, and when they are done, the next
    for (int i = 0; i < 12; ++i) tasks.put(Task{static_cast<int>(results.size()) + i});
    for (int i = 0; i < 12; ++i) results.insert(take(done, nap));
  }
  for (int w = 0; w < n; ++w) tasks.put(Task{});
  workers.clear();  // joins
  news.put(Task{});
  return summary(results);
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "04_manager", "always_on"};
  const long rounds = run.scaled(10'000, 300'000);
  const int n = run.workers();
  run.workload(fmt::format("48 tasks of {} rounds of SHA-512, a dozen at a time", rounds));
  run.add({"serial", mp::Kind::serial}, [=] { return serial(rounds); });
  for (const double nap : {0.0, 0.01, 0.25}) {
    const auto name =
        nap == 0 ? fmt::format("{} workers that wait", n) : fmt::format("{} that look every {} s", n, nap);
    run.add({name, mp::Kind::processes, n}, [=] { return always_on(n, rounds, mp::Seconds{nap}); });
  }
  return run.report();
}
