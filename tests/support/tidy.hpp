#pragma once
/// \file
/// What every test of the course gets: a main that can be spawned, a watch over what tests leave
/// behind, and helpers to fork without hurting GoogleTest.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "common/clock.hpp"

namespace tidy {

using namespace std::chrono_literals;

/// Generous: a test that runs into it has hung.
inline constexpr mp::Seconds watchdog{20.0};

/// Waits until `condition` holds, looking often; false when it has not come true within the watchdog.
bool eventually(const std::function<bool()>& condition);

/// Is there such a process, and is it no zombie?
bool runs(int pid);

/// Processes that have lost their parent come to us: waits until they have ended, and for them. A process of threads is
/// over before it can be waited for: so looking once is not enough.
bool orphans_end();

/// What an error of type E says, thrown by `act`.
template <class E>
std::string message_of(const auto& act) {
  try {
    act();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// Do sanitizers keep books, so that memory grows and everything takes many times as long?
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool keeps_books = true;
#else
inline constexpr bool keeps_books = false;
#endif

/// KiB of this process's memory that no file stands behind. (What else it has is looked at after each test.)
long own_memory();

/// What a process did, seen from outside.
struct Ended {
  int code;  ///< exit code, or minus the signal
  std::string output, errors;
};

/// Forks, runs `body` in the child, which leaves by `_exit(body())` whatever happens, and collects what
/// it printed. For everything that must not happen in the test's own process.
Ended in_child(const std::function<int()>& body);

/// Runs a program to its end, with `input` on its stdin.
Ended run_program(const std::vector<std::string>& command, const std::string& input = "");

/// A program that runs in the background; killed, with its process group, when this goes.
class Background {
 public:
  explicit Background(const std::vector<std::string>& command);
  explicit Background(const std::function<int()>& body);
  ~Background();
  Background(const Background&) = delete;

  int pid() const { return pid_; }
  void signal(int number) const;
  /// One line of its output; empty at its end.
  std::string line();
  /// Waits for it; what it printed since the last line() comes along.
  Ended wait();

 private:
  void adopt(int pid, int output, int errors);
  int pid_ = 0, output_ = -1, errors_ = -1;
  bool over_ = false;
};

/// The folder of this test program's own temporary files (TMPDIR); must be empty after each test.
std::string folder();

/// A name in /dev/shm that no test that runs at the same time uses.
std::string shared_name();

/// Writes a file in that folder and removes it again.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& text);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Where the course and this build of it are.
std::string root();
std::string build();

}  // namespace tidy
