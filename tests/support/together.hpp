#pragma once
/// \file
/// Processes that a test starts together, and that end with it.

#include <vector>

#include "01_process/process.hpp"
#include "tests/support/tidy.hpp"

namespace tidy {

/// How often a test kills somebody at a random moment.
inline constexpr int kill_rounds = keeps_books ? 30 : 200;

/// A process that does not end within the watchdog is a failure, and killed.
inline void expect_end(const mp::Process& process) {
  if (process.try_join_for(watchdog)) return;
  process.kill();
  ADD_FAILURE() << process.name() << " did not end";
}

/// n processes that do the same, each knowing its number; killed when this goes.
class Together {
 public:
  template <class F>
  Together(int n, const F& f) {
    for (int i = 0; i < n; ++i) all_.emplace_back([&f, i] { f(i); });
    for (mp::Process& process : all_) process.start();
  }
  ~Together() {
    for (mp::Process& process : all_) process.kill();
  }
  Together(const Together&) = delete;

  mp::Process& operator[](std::size_t i) { return all_[i]; }
  void expect_end() {
    for (const mp::Process& process : all_) tidy::expect_end(process);
  }

 private:
  std::vector<mp::Process> all_;
};

}  // namespace tidy
