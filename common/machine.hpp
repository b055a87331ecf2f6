#pragma once
/// \file
/// What this machine offers to this process.

#include <string>

namespace mp {

/// The processors this process may use, at least 1: those of its affinity mask, or fewer where a
/// cgroup limits its share of time. \python{os, os.process_cpu_count}
int cpu_count();

/// How many threads this process has now.
int thread_count();

}  // namespace mp
