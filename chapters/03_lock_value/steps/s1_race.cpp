// Two processes add one to the same number, thirty million times each.
#include <atomic>
#include <cstdio>

#include "01_process/process.hpp"
#include "common/raw_array.hpp"

constexpr auto relaxed = std::memory_order_relaxed;
using Number = mp::RawArray<std::atomic<int>>;  // memory that both see

void add_to(Number shared) {
  for (int i = 0; i < 30'000'000; ++i) {
    const int seen = shared[0].load(relaxed);
    shared[0].store(seen + 1, relaxed);
  }
}

int main() {
  const Number shared{1};
  mp::Process a{add_to, shared}, b{add_to, shared};
  a.start();
  b.start();
  a.join();
  b.join();
  std::printf("sixty million times one is %d\n", shared[0].load());
}
