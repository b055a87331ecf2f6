#pragma once
/// \file
/// One clock for everything: monotonic, the same in every process of the machine.

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>

namespace mp {

/// CLOCK_MONOTONIC: nobody can set it back.
using Clock = std::chrono::steady_clock;

/// Every `std::chrono` duration converts to it: `try_join_for(250ms)`, `try_join_for(1.5s)`.
using Seconds = std::chrono::duration<double>;

/// A moment after which waiting ends; the default never comes.
class Deadline {
 public:
  Deadline() = default;
  /// So long from now; at once for a time below zero, never for one beyond a century.
  explicit Deadline(Seconds from_now) {
    constexpr Seconds a_century{3.2e9};  // beyond it the clock's integers would overflow
    if (!(from_now >= a_century))        // not a number is no time at all
      at_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::max(Seconds{0}, from_now));
  }

  /// Does it never come?
  bool is_never() const { return at_ == never; }
  /// Is it here?
  bool passed() const { return !is_never() && Clock::now() >= at_; }

  /// The time left, zero once it has passed; about a century for "for ever".
  Seconds remaining() const { return is_never() ? Seconds{3.2e9} : std::max(Seconds{at_ - Clock::now()}, Seconds{0}); }

  /// What ppoll wants: the time left, never negative; nothing for "for ever".
  std::optional<timespec> left() const {
    if (is_never()) return std::nullopt;
    const auto rest = std::max(at_ - Clock::now(), Clock::duration{0});
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(rest);
    const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(rest - whole);
    return timespec{.tv_sec = whole.count(), .tv_nsec = nanos.count()};
  }

 private:
  static constexpr auto never = Clock::time_point::max();
  Clock::time_point at_ = never;
};

/// Seconds since `start`.
inline double seconds_since(Clock::time_point start) { return Seconds{Clock::now() - start}.count(); }

}  // namespace mp
