// What a call of a served object costs, what it is made of, and what one that waits costs.
#include <benchmark/benchmark.h>

#include "04_manager/manager.hpp"

namespace {

/// Makes a manager for each benchmark: so no server stands beside another's measurement.
template <class Make, class Call>
void calls(benchmark::State& state, Make make, Call call) {
  const mp::Manager manager;
  const auto object = make(manager);
  for (auto _ : state) call(object);
}

void connection_there_and_back(benchmark::State& state) {
  auto [ours, theirs] = mp::pipe();
  mp::Process echo{{.daemon = true},
                   [](mp::Connection link) {
                     for (;;) link.send(link.recv<long>());
                   },
                   std::move(theirs)};
  echo.start();
  for (auto _ : state) {
    ours.send(1L);
    benchmark::DoNotOptimize(ours.recv<long>());
  }
}
void dict_get(benchmark::State& state) {
  calls(
      state, [](const mp::Manager& m) { return m.make_dict<int, long>(); },
      [set = false](const auto& dict) mutable {
        if (!std::exchange(set, true)) dict.set(1, 1L);
        benchmark::DoNotOptimize(dict.get(1));
      });
}
void dict_set(benchmark::State& state) {
  calls(
      state, [](const mp::Manager& m) { return m.make_dict<int, long>(); }, [](const auto& dict) { dict.set(1, 1L); });
}
void dict_update(benchmark::State& state) {
  calls(
      state, [](const mp::Manager& m) { return m.make_dict<int, long>(); },
      [](const auto& dict) { dict.update(1, [](long& n) { ++n; }); });
}
void list_copy_of_100_000(benchmark::State& state) {
  calls(
      state, [](const mp::Manager& m) { return m.make_list(std::vector<int>(100'000)); },
      [](const auto& list) { benchmark::DoNotOptimize(list.copy()); });
}
void lock_and_unlock(benchmark::State& state) {
  calls(
      state, [](const mp::Manager& m) { return m.make_lock(); },
      [](const auto& lock) {
        lock.lock();
        lock.unlock();
      });
}
void queue_put_and_get(benchmark::State& state) {
  calls(
      state, [](const mp::Manager& m) { return m.make_queue<int>(); },
      [](const auto& queue) {
        queue.put(1);
        benchmark::DoNotOptimize(queue.get());
      });
}
void make_and_forget(benchmark::State& state) {
  const mp::Manager manager;
  for (auto _ : state) manager.make_value(1);
}
void start_and_end(benchmark::State& state) {
  for (auto _ : state) const mp::Manager manager;
}

BENCHMARK(connection_there_and_back)->UseRealTime();
BENCHMARK(dict_get)->UseRealTime();
BENCHMARK(dict_set)->UseRealTime();
BENCHMARK(dict_update)->UseRealTime();
BENCHMARK(list_copy_of_100_000)->UseRealTime();
BENCHMARK(lock_and_unlock)->UseRealTime();
BENCHMARK(queue_put_and_get)->UseRealTime();
BENCHMARK(make_and_forget)->UseRealTime();
BENCHMARK(start_and_end)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
