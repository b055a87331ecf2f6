// A mutex is a number, and a place to sleep until it changes. What it guards
// may be as much as you like.
#include <cstdio>
#include <mutex>

#include "01_process/process.hpp"
#include "common/futex.hpp"  // new
#include "common/raw_array.hpp"

struct Mutex {  // new: 0 is free, 1 is held
  void lock() {
    for (int seen = 0; !state.compare_exchange(seen, 1); seen = 0)
      state.wait(1, mp::Deadline{});  // matches the change in unlock
  }
  void unlock() {
    int seen = 1;
    state.compare_exchange(seen, 0);  // and wakes who sleeps
  }
  mp::Futex state;
};
struct Shared {
  Mutex mutex;
  int one, other;  // new: plain numbers
};

void add_to(mp::RawArray<Shared> shared) {
  for (int i = 0; i < 300'000; ++i) {
    const std::scoped_lock held{shared[0].mutex};  // new
    ++shared[0].one;
    ++shared[0].other;
  }
}

int main() {
  const mp::RawArray<Shared> shared{1};
  mp::Process a{add_to, shared}, b{add_to, shared};
  a.start(), b.start();
  a.join(), b.join();
  std::printf("both: %d %d\n", shared[0].one, shared[0].other);
}
