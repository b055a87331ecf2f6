// N workers count together: without a lock, with a lock for each step, with an atomic, and each for itself first.
#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "01_process/process.hpp"
#include "03_lock_value/barrier.hpp"
#include "03_lock_value/value.hpp"
#include "common/side_by_side/side_by_side.hpp"

using Shared = mp::RawArray<std::atomic<long>>;
constexpr auto relaxed = std::memory_order_relaxed;

/// Wrong on purpose: whatever others add between the load and the store is lost.
void without_lock(const Shared& shared, long n, mp::Barrier& start) {
  for (long i = 0; i < n; ++i) {
    const long seen = shared[0].load(relaxed);
    if (i == 0) start.wait();  // once we make sure that it happens; from then on it is chance
    shared[0].store(seen + 1, relaxed);
  }
}
void atomically(const Shared& shared, long n, mp::Barrier& start) {
  start.wait();
  for (long i = 0; i < n; ++i) ++shared[0];
}
void with_lock(const mp::Value<long>& counter, long n, mp::Barrier& start) {
  start.wait();
  for (long i = 0; i < n; ++i) counter.update([](long& value) { ++value; });
}
void local_first(const mp::Value<long>& counter, long n, mp::Barrier& start) {
  start.wait();
  std::atomic<long> mine = 0;  // an atomic, so that the compiler cannot sum up the loop
  for (long i = 0; i < n; ++i) mine.store(mine.load(relaxed) + 1, relaxed);
  counter.update([&](long& value) { value += mine; });
}

/// All begin at once, and count each its share.
template <class Worker, class Counter>
void share(int workers, long n, const Counter& counter, void (*count)(const Counter&, long, mp::Barrier&)) {
  mp::Barrier start{workers};
  std::vector<Worker> all;
  for (int w = 0; w < workers; ++w) all.emplace_back([&, mine = n / workers] { count(counter, mine, start); });
  if constexpr (std::same_as<Worker, mp::Process>)
    for (auto& process : all) process.start();
  all.clear();  // joins
}

template <class Worker>
std::string by(void (*count)(const Shared&, long, mp::Barrier&), int workers, long n) {
  const Shared shared{1};
  share<Worker>(workers, n, shared, count);
  return std::to_string(shared[0]);
}
template <class Worker>
std::string by(void (*count)(const mp::Value<long>&, long, mp::Barrier&), int workers, long n) {
  const mp::Value<long> counter;
  share<Worker>(workers, n, counter, count);
  return std::to_string(counter.load());
}

int main(int argc, char** argv) {
  using mp::Kind, mp::Process;
  using Thread = std::jthread;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "03_lock_value", "main"};
  const int workers = run.workers();
  const long n = run.scaled(6'000'000, 60'000'000) / workers * workers;
  run.workload(fmt::format("{} workers count to {} together", workers, n));
  run.expect(std::to_string(n));
  const auto add = [&](const char* name, Kind kind, int of, bool wrong, auto body) {
    run.add({.name = name, .kind = kind, .workers = of, .wrong_on_purpose = wrong, .operations = n}, body);
  };
  add("serial, no lock", Kind::serial, 1, false, [=] { return by<Thread>(without_lock, 1, n); });
  add("threads, no lock", Kind::threads, workers, true, [=] { return by<Thread>(without_lock, workers, n); });
  add("processes, no lock", Kind::processes, workers, true, [=] { return by<Process>(without_lock, workers, n); });
  add("serial, lock", Kind::serial, 1, false, [=] { return by<Thread>(with_lock, 1, n); });
  add("threads, lock", Kind::threads, workers, false, [=] { return by<Thread>(with_lock, workers, n); });
  add("processes, lock", Kind::processes, workers, false, [=] { return by<Process>(with_lock, workers, n); });
  add("processes, atomic", Kind::processes, workers, false, [=] { return by<Process>(atomically, workers, n); });
  add("processes, local sums", Kind::processes, workers, false, [=] { return by<Process>(local_first, workers, n); });
  return run.report();
}
