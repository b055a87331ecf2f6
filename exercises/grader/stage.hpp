#pragma once
/// \file
/// What scenarios are played with: children that end with the scenario, gates at which they can be stopped, and ways to
/// wait that prove something on a busy machine, too.

#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>

#include "common/clock.hpp"
#include "common/descriptor.hpp"
#include "common/point.hpp"
#include "common/raw_array.hpp"
#include "exercises/grader/original.hpp"
#include "exercises/grader/proc.hpp"
#include "exercises/grader/subject.hpp"

namespace grader {

using Counters = mp::RawArray<std::atomic<int>>;

/// For whatever should come at once, however busy the machine is.
inline constexpr mp::Seconds patience{2};

/// Waits until it holds, or for so long; whether it does.
bool becomes(const auto& holds, mp::Seconds limit = patience) {
  for (const mp::Deadline end{limit}; !holds(); ::usleep(500))
    if (end.passed()) return false;
  return true;
}

inline const Counters troubled{1};

/// Tells what went wrong, from any process; the first to tell is believed. Then nobody need wait any more.
inline void trouble(const std::string& what) {
  report("trouble", what);  // first: whoever sees the mark may end us all
  troubled[0] = 1;
}

/// Waits until the number is `wanted` or more; whether it is.
inline bool reaches(const std::atomic<int>& number, int wanted) {
  return becomes([&] { return number >= wanted || troubled[0] != 0; }) && number >= wanted;
}

inline bool is_over(pid_t pid) { return std::string_view{"ZX"}.find(state_in(folder_of(pid))) != std::string::npos; }

/// Does no thread of the process run or wish to?
inline bool rests(pid_t pid) {
  const auto folder = folder_of(pid) + "/task/";
  return std::ranges::all_of(entries(folder), [&](const std::string& thread) {
    return std::string_view{"SZX"}.find(state_in(folder + thread)) != std::string::npos;
  });
}

/// Gives others the chance to do something: waits until they have, or were at rest at so many looks, so that something
/// must keep them from it. Time alone would prove nothing: on a busy machine their turn might not have come.
void let_them_try(const auto& they_rest, const auto& they_have, int looks = 200) {
  (void)becomes([&] { return they_have() || (looks -= they_rest() ? 1 : 0) <= 0; }, patience / 2);
}

/// A child, killed and waited for when this goes; it ends by `_exit`.
class Child {
 public:
  /// What the body throws is `blame`'s to tell; without that, nobody's.
  explicit Child(const std::function<void()>& body, const std::function<void(const std::exception&)>& blame = nullptr)
      : pid_{mp::check(::fork(), "fork")} {
    if (pid_ == 0) ::_exit(code_of(body, blame));
  }
  Child(Child&& other) noexcept : pid_{std::exchange(other.pid_, 0)} {}
  ~Child() { kill(); }

  pid_t pid() const { return pid_; }
  mp::Seconds processor_time() const {
    clockid_t clock;
    timespec used{};
    if (::clock_getcpuclockid(pid_, &clock) == 0) ::clock_gettime(clock, &used);
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
  }
  void signal(int number) const { ::kill(pid_, number); }
  void kill() {
    if (pid_ == 0) return;
    signal(SIGKILL);
    wait();
  }
  void wait() {
    if (pid_ != 0) (void)mp::retry([&] { return ::waitpid(pid_, nullptr, 0); });
    pid_ = 0;
  }

 private:
  static int code_of(const auto& body, const auto& blame) try {
    return body(), 0;
  } catch (const std::exception& error) {
    if (!blame) return 1;
    return blame(error), 0;
  } catch (...) {
    return 1;
  }

  pid_t pid_;
};

/// While it lives, a signal comes to this process again and again, and ends the system call that waits just then. Not
/// to what it forks. Not too often: a fork that is interrupted begins anew.
class Interruptions {
 public:
  explicit Interruptions(std::chrono::microseconds every) {
    struct sigaction now {};
    now.sa_handler = [](int) {};  // without SA_RESTART
    ::sigaction(SIGALRM, &now, nullptr);
    set(every.count());
  }
  Interruptions(const Interruptions&) = delete;
  ~Interruptions() { set(0); }

 private:
  static void set(long microseconds) {
    const itimerval timer{{0, microseconds}, {0, microseconds}};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }
};

/// Where one process stops until another lets it go on.
class Gate {
 public:
  void stop() const {
    for (state_[0] = 1; state_[1] == 0;) ::usleep(500);
  }
  void pass() const { state_[0] = 1; }
  bool reached() const { return reaches(state_[0], 1); }
  void open() const { state_[1] = 1; }

 private:
  Counters state_{2};
};

/// Does something when this process comes to its n-th point of that name from now.
inline void at_point(std::string_view wanted, int n, const std::function<void()>& what) {
  static std::function<void(std::string_view)> listener;
  listener = [wanted, n, what](std::string_view name) mutable {
    if (name == wanted && --n == 0) what();
  };
  mp::at_point = &listener;
}

}  // namespace grader
