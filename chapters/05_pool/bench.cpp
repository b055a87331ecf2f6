// What a pool costs: to make one, one call and back, and a map by its chunks.
#include <benchmark/benchmark.h>

#include <numeric>

#include "05_pool/pool.hpp"

namespace {

long square(long x) { return x * x; }

void make_and_leave(benchmark::State& state) {
  for (auto _ : state) {
    mp::Pool pool{2};
    pool.close();
    pool.join();
  }
}

void one_call(benchmark::State& state) {
  mp::Pool pool{2};
  for (auto _ : state) benchmark::DoNotOptimize(pool.apply(mp::fn<square>, 3L));
}

void map_of_many(benchmark::State& state) {
  mp::Pool pool{2};
  std::vector<long> numbers(20'000);
  std::iota(numbers.begin(), numbers.end(), 0);
  for (auto _ : state)
    benchmark::DoNotOptimize(pool.map(mp::fn<square>, numbers, {.chunksize = state.range(0)}).data());
  state.SetItemsProcessed(state.iterations() * std::ssize(numbers));
}

void imap_of_many(benchmark::State& state) {
  mp::Pool pool{2};
  for (auto _ : state)
    for (const long x : pool.imap(mp::fn<square>, std::views::iota(0L, 2000L))) benchmark::DoNotOptimize(x);
  state.SetItemsProcessed(state.iterations() * 2000);
}

}  // namespace

BENCHMARK(make_and_leave)->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK(one_call)->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK(map_of_many)->Arg(1)->Arg(16)->Arg(256)->Arg(2500)->UseRealTime();
BENCHMARK(imap_of_many)->UseRealTime();

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
