#include "03_lock_value/barrier.hpp"

#include <string>

namespace mp {
namespace {

/// What a barrier's word says.
struct Reading {
  explicit Reading(std::uint64_t word)
      : arrived{int(word & 0x3ff)},
        broken{(word >> 10 & 1) != 0},
        resets{unsigned(word >> 11 & 0x1fffff)},
        round{unsigned(word >> 32)} {}
  std::uint64_t word() const {
    return std::uint64_t(arrived) | std::uint64_t{broken} << 10 | std::uint64_t{resets & 0x1fffff} << 11 |
           std::uint64_t{round} << 32;
  }

  int arrived;
  bool broken;
  unsigned resets, round;
};

/// Changes it in one step, and returns what it was before.
Reading change(std::atomic<std::uint64_t>& word, auto how) {
  for (std::uint64_t seen = word;;) {
    Reading next{seen};
    how(next);
    if (word.compare_exchange_weak(seen, next.word())) return Reading{seen};
  }
}

/// Matches the wait in wait_until; who is killed before it gets here is missed for one slice of sleep.
void wake_all(Futex& changes) {
  for (int seen = changes.load(); !changes.compare_exchange(seen, seen + 1);) continue;
}

}  // namespace

Barrier::Barrier(int parties) {
  if (parties < 1 || parties > 1000) throw std::invalid_argument{"a barrier of " + std::to_string(parties)};
  state().parties = parties;
}

int Barrier::wait_until(const Deadline& deadline) {
  auto& [word, changes, parties] = state();
  const Reading mine = change(word, [&, n = parties](Reading& now) {
    if (now.broken) throw BrokenBarrier{};
    if (++now.arrived < n) return;
    now.arrived = 0;  // the last one opens it
    ++now.round;
  });
  if (mine.arrived + 1 == parties) {
    wake_all(changes);
    return mine.arrived;
  }
  for (;;) {
    const int seen = changes.load();  // before we look: no change can be missed
    const Reading now{word};
    if (now.resets != mine.resets) throw BrokenBarrier{};
    if (now.round != mine.round) return mine.arrived;  // even if the next one is broken already
    if (now.broken) throw BrokenBarrier{};
    if (!deadline.passed()) {
      changes.wait(seen, deadline);  // matches wake_all
      continue;
    }
    change(word, [&](Reading& then) {  // unless it has opened, or was reset, just now
      if (then.round == mine.round && then.resets == mine.resets) then.broken = true;
    });
    wake_all(changes);
  }
}

void Barrier::abort() {
  change(state().word, [](Reading& now) { now.broken = true; });
  wake_all(state().changes);
}

void Barrier::reset() {
  change(state().word, [](Reading& now) {
    now.broken = false;
    now.arrived = 0;
    ++now.resets;
  });
  wake_all(state().changes);
}

}  // namespace mp
