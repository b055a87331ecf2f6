#pragma once
/// \file
/// Another program, run to its end.

#include <functional>
#include <string>
#include <vector>

namespace grader {

/// Where a command may write lines for us, beside its output.
inline constexpr int lines_descriptor = 3;

/// Runs a command with its output in a file; its exit code, or 128 + the signal that ended it. `on_line` is called with
/// each line that it writes to lines_descriptor; should it throw, the command is ended first.
int run_command(const std::vector<std::string>& command, const std::string& output,
                const std::function<void(const std::string&)>& on_line = {});

struct Output {
  int code;
  std::vector<std::string> lines;
};

/// Runs a command, and keeps what it wrote, errors too.
Output output_of(const std::vector<std::string>& command);

}  // namespace grader
