#pragma once
/// \file
/// Why a run does not come to its end: who waits for what.

#include <sys/types.h>

#include <string>
#include <vector>

namespace grader {

/// A line for each process, and for each of its threads, saying what it does now: what it waits for, who could end
/// that, or that it computes; and in which line of the submission. Who computes is stopped, and stays so. Processes are
/// called by the numbers that they know themselves by. What may not be looked at, or ends meanwhile, is left out.
std::vector<std::string> who_waits(const std::vector<pid_t>& processes);

}  // namespace grader
