#pragma once
/// \file
/// Calls of the submission's that may wait, each made in a thread of its own.

#include <thread>

#include "exercises/grader/stage.hpp"

namespace grader {

/// Ends the scenario: a thread of it may hang.
[[noreturn]] inline void give_up(const std::string& what) {
  trouble(what);
  ::_exit(0);
}

/// A number that goes up, and that threads wait for, and that orders nothing as far as the thread sanitizer knows: what
/// is not ordered by the submission's own locks is a race then. Keep threads waiting to the end: of a thread that is no
/// more the sanitizer forgets what it did.
class Turn {
 public:
  void wait_for(int wanted) const {
    while (now_.load(std::memory_order_relaxed) < wanted) ::usleep(500);
  }
  void is(int now) { now_.store(now, std::memory_order_relaxed); }

 private:
  std::atomic<int> now_ = 0;
};

/// A call, and what came of it: some words, or none.
class Asked {
 public:
  using Body = std::function<void()>;
  explicit Asked(
      auto call, const std::function<std::thread(Body)>& start = [](Body body) { return std::thread{std::move(body)}; })
      : thread_{start([this, call = std::move(call)]() mutable {
          id_ = ::gettid();
          if constexpr (std::is_void_v<decltype(call())>)
            call();
          else
            said_ = call();
          is_back_ = true;
        })} {}
  Asked(const Asked&) = delete;
  ~Asked() { thread_.join(); }

  bool is_back() const { return is_back_; }
  bool rests() const { return id_ != 0 && state_in("/proc/self/task/" + std::to_string(id_)) == 'S'; }
  bool is_this_thread() const { return id_ == ::gettid(); }

  /// Gives it the chance to come back, unless something keeps it.
  void let_try() const {
    let_them_try([&] { return rests(); }, [&] { return is_back(); });
  }
  /// What it has said; gives up, with these words, if it does not come back.
  const std::string& said(const std::string& otherwise, mp::Seconds limit = patience) const {
    if (!becomes([&] { return is_back(); }, limit)) give_up(otherwise);
    return said_;
  }
  /// Gives up, with these words, if it comes back though it has only the chance to.
  void must_wait(const std::string& otherwise) const {
    let_try();
    if (is_back()) give_up(otherwise + (said_.empty() ? "" : ": " + said_));
  }

 private:
  std::atomic<pid_t> id_ = 0;
  std::atomic<bool> is_back_ = false;
  std::string said_;
  std::thread thread_;  // the last: it uses the others
};

}  // namespace grader
