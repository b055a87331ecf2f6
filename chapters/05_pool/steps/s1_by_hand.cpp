// A worker that stays: it takes a number, sends back a square, and waits for the
// next. Starting a process takes longer than most tasks, so start it once.
#include <cstdio>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

void work(mp::Connection link) {
  for (;;) {
    const auto x = link.recv<std::optional<int>>();
    if (!x) return;  // nothing: no more
    link.send(*x * *x);
  }
}

int main() {
  auto [ours, theirs] = mp::pipe();
  mp::Process worker{work, std::move(theirs)};
  worker.start();
  for (const int x : {1, 2, 3}) {
    ours.send(std::optional{x});
    std::printf("%d\n", ours.recv<int>());
  }
  ours.send(std::optional<int>{});
}
