#pragma once
/// \file
/// What the thread sanitizer says of a submission, for learners.

#include <string>

namespace grader {

/// The first data race that it reports with a place in the submission's own file; empty if there is none.
std::string first_race(const std::string& program, const std::string& sanitizer_output);

}  // namespace grader
