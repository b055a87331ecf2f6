#pragma once
/// \file
/// The Python original of a chapter program, measured beside ours.

#include "common/side_by_side/side_by_side.hpp"

namespace mp {

/// Runs the program's twin once, `chapters/NN_name/PROGRAM.py`, and adds a row for each variant it
/// reports: one JSON object a line, with name, workers, wall_seconds, cpu_seconds, peak_memory_kib,
/// context_switches, answer, and operations, at and wrong_on_purpose where ours have them. Throws std::runtime_error
/// where Python or the twin fails.
void add_python_rows(Comparison& comparison, const std::string& scale, int workers);

}  // namespace mp
