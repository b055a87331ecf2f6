#pragma once
/// \file
/// A guess before the run: what you expected is forgotten as soon as you have seen what came.

#include <optional>
#include <string>

#include "common/side_by_side/side_by_side.hpp"

namespace mp {

/// What somebody expects of one variant: how many times faster than the serial one, or what one operation takes, in
/// microseconds.
struct Guess {
  std::size_t variant;
  double number;
};

/// Asks for it on standard input, about the first variant of processes. Nothing where the program compares nothing that
/// one number would tell. Throws std::runtime_error for an answer that is no number.
std::optional<Guess> ask_for_guess(const Comparison& comparison);

/// The guess, what came, and what it could have been at best.
std::string compared(const Guess& guess, const Comparison& comparison);

}  // namespace mp
