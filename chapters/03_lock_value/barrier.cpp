#include "03_lock_value/barrier.hpp"

#include <string>

namespace mp {
namespace {

/// What a barrier's word says.
struct Reading {
  explicit Reading(int word)
      : arrived{word & 0x3ff}, resets{word >> 11 & 0xff}, round{word >> 19 & 0xfff}, broken{(word & 0x400) != 0} {}
  int word() const {  // 31 bits, the highest of them being the sign
    const auto bits =
        unsigned(arrived) | unsigned(broken) << 10 | unsigned(resets & 0xff) << 11 | unsigned(round) << 19;
    return static_cast<int>(bits << 1) >> 1;
  }

  int arrived, resets, round;
  bool broken;
};

/// Changes it in one step.
void change(Futex& word, auto how) {
  for (int seen = word.load();;) {
    Reading next{seen};
    how(next);
    if (word.compare_exchange(seen, next.word())) return;  // matches the wait in wait_until
  }
}

}  // namespace

Barrier::Barrier(int parties) {
  if (parties < 1 || parties > 1000) throw std::invalid_argument{"a barrier of " + std::to_string(parties)};
  state().parties = parties;
}

int Barrier::wait_until(const Deadline& deadline) {
  auto& [word, parties] = state();
  Reading mine{0};
  change(word, [&, n = parties](Reading& now) {
    mine = now;
    if (now.broken) throw BrokenBarrier{};
    if (++now.arrived < n) return;
    now.arrived = 0;  // the last one opens it
    ++now.round;
  });
  if (mine.arrived + 1 == parties) return mine.arrived;
  for (;;) {
    const int seen = word.load();
    const Reading now{seen};
    if (now.resets != mine.resets) throw BrokenBarrier{};
    if (now.round != mine.round) return mine.arrived;  // even if the next one is broken already
    if (now.broken) throw BrokenBarrier{};
    if (deadline.passed())
      abort();  // and look once more: it may have opened just now
    else
      word.wait(seen, deadline);  // matches change
  }
}

void Barrier::abort() {
  change(state().word, [](Reading& now) { now.broken = true; });
}

void Barrier::reset() {
  change(state().word, [](Reading& now) {
    now.broken = false;
    now.arrived = 0;
    ++now.resets;
  });
}

}  // namespace mp
