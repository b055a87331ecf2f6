#pragma once
/// \file
/// From addresses in a submission's program to lines of its source.

#include <string>
#include <vector>

namespace grader {

/// For each offset in the program: `pool.cpp:41, in Pool::submit`, or nothing where it is not from the submission's own
/// file. Offsets are those to which calls return. Runs `addr2line`; there are no places at all where that is missing.
std::vector<std::string> sources(const std::string& program, const std::vector<unsigned long>& offsets);

}  // namespace grader
