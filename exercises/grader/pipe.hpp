#pragma once
/// \file
/// A pipe whose ends close themselves.

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "common/descriptor.hpp"

namespace grader {

/// The end to read from, and the end to write to; neither outlives an exec.
inline std::pair<mp::Descriptor, mp::Descriptor> make_pipe() {
  int ends[2];
  mp::check(::pipe2(ends, O_CLOEXEC), "pipe2");
  return {mp::Descriptor{ends[0]}, mp::Descriptor{ends[1]}};
}

}  // namespace grader
