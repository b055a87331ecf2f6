// Two workers, and a pipe to each: whoever has answered gets the next number. The
// parent knows who has what, and there is no lock that a dead worker could hold.
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
  std::vector<mp::Connection> links;  // new
  std::vector<mp::Process> workers;   // new
  std::vector<int> has(2);            // new
  for (int w = 0; w < 2; ++w) {
    auto [ours, theirs] = mp::pipe();
    links.push_back(std::move(ours));
    workers.emplace_back(work, std::move(theirs));
    workers.back().start();
    links.back().send(std::optional{has[std::size_t(w)] = w});
  }
  for (int next = 2, answers = 0; answers < 8;)
    for (const auto ready : mp::wait_ready({links[0], links[1]})) {  // new
      const std::size_t w = ready == mp::Waitable{links[0]} ? 0 : 1;
      std::printf("worker %zu had %d: %d\n", w, has[w], links[w].recv<int>());
      if (++answers, next < 8) links[w].send(std::optional{has[w] = next++});
    }
  for (auto& link : links) link.send(std::optional<int>{});
}
