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

/// Writes what waits in the buffers of the standard streams. Around every fork: a buffer is copied with the
/// rest of the memory, and each copy would write it.
void flush_output();

}  // namespace mp
