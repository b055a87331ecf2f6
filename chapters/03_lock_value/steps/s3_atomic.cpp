// Load, add and store in one step that nobody can come between. But only one
// number at a time: the two here are out of step for whoever looks.
#include <atomic>
#include <cstdio>

#include "01_process/process.hpp"
#include "common/raw_array.hpp"

using Numbers = mp::RawArray<std::atomic<int>>;

void add_to(Numbers shared) {
  for (int i = 0; i < 3'000'000; ++i) {
    ++shared[0];  // new: one step
    ++shared[1];  // new: another
  }
}

int main() {
  const Numbers shared{2};
  mp::Process a{add_to, shared}, b{add_to, shared};
  a.start();
  b.start();
  int out_of_step = 0;
  while (shared[1] < 6'000'000) {  // new: as long as they count
    const int one = shared[0], other = shared[1];
    out_of_step += one != other ? 1 : 0;
  }
  a.join();
  b.join();
  std::printf("both counted: %d and %d\n", shared[0].load(), shared[1].load());
  std::printf("seen out of step: %s\n", out_of_step > 0 ? "yes" : "no");
}
