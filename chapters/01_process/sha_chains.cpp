// Sixteen chains of SHA-512: serial, by threads, by processes, and by threads that pass one lock
// round, as Python's do. The same chains end many chapters, so that all ways can be compared.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "01_process/process.hpp"
#include "common/chains.hpp"
#include "common/side_by_side/side_by_side.hpp"

/// All workers are alike: chain `first`, then every `step`th.
void worker(int first, int step, long rounds, mp::Digests digests) {
  for (int i = first; i < mp::chain_count; i += step) mp::chain(i, rounds, digests);
}

/// The same in a language where one lock goes round: whoever holds it computes for a while, then lets
/// the next thread. All work, never two at a time.
void locked_worker(int first, int step, long rounds, mp::Digests digests, std::atomic<int>& turn) {
  constexpr long slice = 5'000;  // some milliseconds, as in Python
  for (int i = first; i - first < mp::chain_count; i += step) {
    std::optional<mp::Span> span;
    std::string s = mp::chain_seed(i);
    for (long done = 0; done < rounds; done += slice) {
      for (int now = turn; now % step != first; now = turn) turn.wait(now);  // matches notify_all below
      if (i < mp::chain_count && !span) span.emplace(i);
      if (i < mp::chain_count) s = mp::chain_links(std::move(s), std::min(slice, rounds - done));
      ++turn;
      turn.notify_all();
    }
    if (i < mp::chain_count) mp::keep(i, s, digests);
  }
}

std::string serial(long rounds) {
  const mp::Digests digests{mp::chain_count};
  worker(0, 1, rounds, digests);
  return mp::answer(digests);
}

/// n threads or processes; `start(w, digests)` makes the w-th of them.
template <class Start>
std::string by(int n, Start start) {
  const mp::Digests digests{mp::chain_count};
  std::vector<decltype(start(0, digests))> all;
  for (int w = 0; w < n; ++w) all.push_back(start(w, digests));
  if constexpr (std::same_as<decltype(all), std::vector<mp::Process>>)
    for (mp::Process& process : all) process.start();  // a thread runs from the moment it is made
  all.clear();                                         // the destructors of both join
  return mp::answer(digests);
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "01_process", "sha_chains"};
  const long rounds = run.scaled(45'000, 1'000'000);
  const int n = run.workers();
  run.workload(fmt::format("{} chains of {} rounds of SHA-512", mp::chain_count, rounds));
  run.add({"serial", mp::Kind::serial}, [=] { return serial(rounds); });
  run.add({fmt::format("{} threads", n), mp::Kind::threads, n}, [=] {
    return by(n, [=](int w, auto& d) { return std::jthread{worker, w, n, rounds, d}; });
  });
  run.add({fmt::format("{} threads, one lock round", n), mp::Kind::threads, n}, [=] {
    std::atomic<int> turn = 0;
    return by(n, [&](int w, auto& d) { return std::jthread{locked_worker, w, n, rounds, d, std::ref(turn)}; });
  });
  run.add({fmt::format("{} processes, fork", n), mp::Kind::processes, n}, [=] {
    return by(n, [=](int w, auto& d) { return mp::Process{worker, w, n, rounds, d}; });
  });
  run.add({fmt::format("{} processes, spawn", n), mp::Kind::processes, n}, [=] {
    return by(n, [=](int w, auto& d) { return mp::Process{mp::start::spawn, mp::fn<worker>, w, n, rounds, d}; });
  });
  return run.report();
}
