#pragma once
/// \file
/// The processes below this one, read from /proc.

#include <sys/types.h>

#include <vector>

namespace mp {

/// All descendants of a process that are there now, parents before children; zombies too. Where there are more than
/// `most` it stops looking: what multiplies could outrun it.
std::vector<pid_t> descendants(pid_t root, std::size_t most = -1UL);

/// The memory of a process in KiB, shared pages counted in parts (Pss); 0 once it is gone.
long proportional_memory_kib(pid_t pid);

/// Kills everything below this process until nothing is left, and reaps it. The process must be a
/// subreaper (PR_SET_CHILD_SUBREAPER), or what loses its parent on the way escapes.
void end_all_descendants();

}  // namespace mp
