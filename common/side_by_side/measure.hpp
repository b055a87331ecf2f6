#pragma once
/// \file
/// One round of one variant, in a process of its own.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/clock.hpp"
#include "common/side_by_side/timeline.hpp"

namespace mp {

/// What one round of a variant took, over all its threads and processes.
struct Round {
  double wall_seconds = 0;            ///< from its start to its end
  double cpu_seconds = 0;             ///< on all processors together
  long context_switches = 0;          ///< voluntary or not
  long peak_memory_kib = 0;           ///< of all its processes at once, what they share counted once
  std::string answer;                 ///< what the variant returned, or how it failed
  bool finished = false;              ///< it returned an answer in time
  std::int64_t started_ns = 0;        ///< on the clock of the spans
  std::vector<SpanRecord> spans;      ///< which task ran where, and when
  std::map<pid_t, double> last_seen;  ///< seconds from the start: when each process was last found running
};

/// Runs `body` in a child of its own and measures it. Memory, processor time and switches are thus
/// its own, a crash harms nobody, and no thread stands beside a fork. After `limit` everything it
/// started is killed. Throws what fork throws.
Round measure(const std::function<std::string()>& body, Seconds limit);

}  // namespace mp
