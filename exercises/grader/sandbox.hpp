#pragma once
/// \file
/// Runs a submission where it can harm nobody, and looks at it from outside.

#include <cstddef>
#include <string>
#include <vector>

#include "common/clock.hpp"

namespace grader {

/// Something the submission's scenario told us, and which process said it.
struct Report {
  pid_t from;
  std::string key;
  std::vector<std::byte> value;
};

/// What a scenario left behind when it was done, each a line for people.
struct Leftovers {
  std::vector<std::string> zombies;      ///< children that ended and were never waited for
  std::vector<std::string> processes;    ///< still running
  std::vector<std::string> descriptors;  ///< open now, not before
  std::vector<std::string> threads;
  std::vector<std::string> files;  ///< in the temporary directory and in shared memory

  std::vector<std::string> all() const;
};

/// How a run went.
struct Outcome {
  bool finished = false;           ///< the scenario came to its end, and the program returned
  std::string ending;              ///< `exit code 0`, `killed by SIGSEGV …`, `stopped: still running after 10 s`
  std::vector<std::string> waits;  ///< if it had to be stopped: who waited for what then, each a line for people
  std::string output, errors;
  pid_t subject = 0;  ///< the process that ran the scenario
  std::vector<Report> reports;
  Leftovers left;
};

struct Limits {
  mp::Seconds wall{6};
  std::size_t memory_bytes = std::size_t{1} << 30;    ///< of address space, each process
  std::size_t together_bytes = std::size_t{2} << 30;  ///< of memory in use, all processes
  std::size_t processes = 100;
  std::size_t output_bytes = std::size_t{1} << 16;  ///< what is kept of stdout and stderr, each
  std::size_t report_bytes = std::size_t{1} << 20;  ///< of all its reports together
};

/// Runs `program scenario arguments…` in namespaces of its own (user, pid, mount, ipc, network), within the limits. Its
/// file system holds what programs need, read-only, and a small /tmp and /dev/shm. Blocks until it is over and
/// everything it started has ended. Never throws because of what the program does.
Outcome run_isolated(const std::string& program, const std::vector<std::string>& arguments, const Limits& limits = {});

}  // namespace grader
