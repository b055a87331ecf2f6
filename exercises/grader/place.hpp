#pragma once
/// \file
/// Where in the submission's own file a thread is now.

#include <sys/types.h>

#include <string>

namespace grader {

/// Of a thread that sleeps: the innermost line of the submission's own file that it is in, as in ` (pool.cpp:41, in
/// Pool::submit)`; empty where that cannot be told.
std::string place_of(pid_t pid, const std::string& thread);

/// Of one that computes: only if it stands still can its registers be read. Stops its process, which never runs again.
std::string place_while_stopped(pid_t pid, const std::string& thread);

}  // namespace grader
