// The same race, once, and every time: a process is held up between its load
// and its store until another one has added.
#include <atomic>
#include <cstdio>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"  // new
#include "common/raw_array.hpp"

constexpr auto relaxed = std::memory_order_relaxed;
using Number = mp::RawArray<std::atomic<int>>;

void add_slowly(Number shared, mp::Connection other) {  // new
  const int seen = shared[0].load(relaxed);
  other.send(seen);          // new: your turn
  (void)other.recv<bool>();  // new: until you are done
  shared[0].store(seen + 1, relaxed);
}

int main() {
  const Number shared{1};
  auto [ours, theirs] = mp::pipe();
  mp::Process slow{add_slowly, shared, std::move(theirs)};
  slow.start();
  std::printf("slow has seen %d\n", ours.recv<int>());
  const int seen = shared[0].load(relaxed);
  shared[0].store(seen + 1, relaxed);
  std::printf("quick has seen %d and stored %d\n", seen, seen + 1);
  ours.send(true);
  slow.join();
  std::printf("two have added one, and it is %d\n", shared[0].load());
}
