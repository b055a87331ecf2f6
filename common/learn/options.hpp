#pragma once
/// \file
/// What a chapter's program may be told on its command line.

#include <string>

#include "common/machine.hpp"
#include "common/side_by_side/side_by_side.hpp"

namespace mp {

struct Options {
  int rounds = 3, workers = cpu_count();
  double patience = 1;
  std::string scale = "quick", json, svg, trace;
  bool python = false, predict = false;
};

/// The options of the program that makes this comparison. For words that make no sense, and for --help, it ends the
/// program.
Options options_of(const Comparison& comparison, int argc, char** argv);

}  // namespace mp
