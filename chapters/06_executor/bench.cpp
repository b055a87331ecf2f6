// What an executor costs: one task at a time, many under way, and what a future costs that nobody has begun.
#include <benchmark/benchmark.h>

#include "06_executor/completed.hpp"
#include "06_executor/process_pool.hpp"
#include "06_executor/thread_pool.hpp"

namespace {

long square(long x) { return x * x; }

void one_at_a_time(benchmark::State& state, mp::Executor&& executor) {
  for (auto _ : state) benchmark::DoNotOptimize(executor.submit(mp::fn<square>, 3L).result());
}

void in_flight(benchmark::State& state, mp::Executor&& executor) {
  for (auto _ : state) {
    std::vector<mp::Future<long>> futures;
    for (long i = 0; i < 20'000; ++i) futures.push_back(executor.submit(mp::fn<square>, i));
    for (const auto& future : futures) benchmark::DoNotOptimize(future.result());
  }
  state.SetItemsProcessed(state.iterations() * 20'000);
}

void pending(benchmark::State& state) {
  for (auto _ : state) {
    std::atomic<bool> go = false;
    mp::ThreadPoolExecutor executor{1};
    executor.submit([&go] { go.wait(false); });
    std::vector<mp::Future<long>> futures;
    for (long i = 0; i < state.range(0); ++i) futures.push_back(executor.submit(mp::fn<square>, i));
    executor.shutdown({.wait = false, .cancel_futures = true});
    go = true, go.notify_all();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

}  // namespace

BENCHMARK_CAPTURE(one_at_a_time, serial, mp::SerialExecutor{})->UseRealTime();
BENCHMARK_CAPTURE(one_at_a_time, threads, mp::ThreadPoolExecutor{2})->UseRealTime();
BENCHMARK_CAPTURE(one_at_a_time, processes, mp::ProcessPoolExecutor{2})->UseRealTime();
BENCHMARK_CAPTURE(in_flight, threads, mp::ThreadPoolExecutor{2})->UseRealTime();
BENCHMARK_CAPTURE(in_flight, processes, mp::ProcessPoolExecutor{2})->UseRealTime();
BENCHMARK_CAPTURE(in_flight, processes_32_at_once, mp::ProcessPoolExecutor{2, {.at_once = 32}})->UseRealTime();
BENCHMARK(pending)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->UseRealTime();

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
