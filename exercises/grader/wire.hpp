#pragma once
/// \file
/// What the two sides of a run say to each other, over a socket that keeps messages whole and whose
/// kernel says who sent each.

#include <string_view>

namespace grader::wire {

inline constexpr int descriptor = 3;                  ///< the submission's end
inline constexpr std::size_t largest = 64 * 1024;     ///< bytes of a message
inline constexpr std::string_view ready = "(ready)";  ///< the scenario is about to start; waits for a go
inline constexpr std::string_view done = "(done)";    ///< it returned; waits for a go, so that we can look

}  // namespace grader::wire
