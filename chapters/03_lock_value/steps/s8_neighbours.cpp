// Two processes, each with a number of its own. Nothing is shared, but for the
// cache line that the numbers are in.
#include <atomic>
#include <cstdio>

#include "01_process/process.hpp"
#include "03_lock_value/barrier.hpp"  // new
#include "common/raw_array.hpp"

using Numbers = mp::RawArray<std::atomic<int>>;

void count(Numbers numbers, int mine, mp::Barrier start) {
  start.wait();  // new: both at once
  for (int i = 0; i < 20'000'000; ++i) ++numbers[mine];
}

double time_with(int distance) {
  const Numbers numbers{64};
  const mp::Barrier start{2};
  mp::Process a{count, numbers, 0, start}, b{count, numbers, distance, start};
  const auto begin = mp::Clock::now();
  a.start(), b.start();
  a.join(), b.join();
  return mp::seconds_since(begin);
}

int main() {
  std::printf("side by side:   %.2f s\n", time_with(1));   // new
  std::printf("64 bytes apart: %.2f s\n", time_with(16));  // new
}
