// A message costs as much as hundreds of small calls. So a map is cut into chunks,
// and each travels as one message.
#include <cstdio>
#include <numeric>

#include "05_pool/pool.hpp"
#include "common/clock.hpp"

long square(long x) { return x * x; }

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::Pool pool{2};  // new
  std::vector<long> numbers(20'000);
  std::iota(numbers.begin(), numbers.end(), 0);
  const auto by_default = mp::default_chunksize(20'000, 2);
  for (const long chunksize : {1L, 10L, 100L, by_default, 20'000L}) {
    const auto start = mp::Clock::now();
    const auto squares = pool.map(mp::fn<square>, numbers, {.chunksize = chunksize});  // new
    std::printf("chunks of %5ld: %7.0f microseconds\n", chunksize, mp::seconds_since(start) * 1e6);
  }
  for (const int n : {0, 1, 7, 8, 9, 100})
    std::printf("%3d calls, 2 workers: chunks of %ld\n", n, mp::default_chunksize(n, 2));
}
