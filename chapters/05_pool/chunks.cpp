// The chunksize sweep: the same small calls, cut into larger and larger chunks.
#include <fmt/format.h>

#include <numeric>

#include "05_pool/pool.hpp"
#include "common/side_by_side/side_by_side.hpp"
#include "common/workloads.hpp"

constexpr int calls = 4096;

std::uint64_t small(long n) { return mp::sum_below(n); }

std::string by_pool(int workers, long n, std::optional<long> chunksize) {
  const std::vector<long> arguments(calls, n);
  mp::Pool pool{workers};
  const auto sums = pool.map(mp::fn<small>, arguments, {.chunksize = chunksize});
  return fmt::format("{}", std::accumulate(sums.begin(), sums.end(), std::uint64_t{0}));
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "05_pool", "chunks"};
  const long n = run.scaled(20'000, 200'000);
  const int workers = run.workers();
  run.workload(fmt::format("a map of {} sums of {} additions each, by chunksize", calls, n));
  run.across("calls in a chunk");
  const auto add = [&](const char* name, long chunksize, std::optional<long> given) {
    run.add({.name = name,
             .kind = mp::Kind::processes,
             .workers = workers,
             .operations = calls,
             .at = static_cast<double>(chunksize)},
            [=] { return by_pool(workers, n, given); });
  };
  for (const long chunksize : {1, 4, 16, 64, 256, 1024, 4096}) add("map", chunksize, chunksize);
  add("the default", mp::default_chunksize(calls, workers), {});
  return run.report();
}
