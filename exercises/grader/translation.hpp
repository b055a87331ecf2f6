#pragma once
/// \file
/// What a check has found, for learners: in their words, and no longer than it has to be.

#include <string>
#include <vector>

namespace grader {

std::vector<std::string> lines_of(const std::string& text);

/// GoogleTest speaks to whoever wrote the check. A learner wants to know: what was expected, what came, and why that
/// matters; the expressions and the place in our file say nothing to them.
std::string translated(const std::string& failure);

}  // namespace grader
