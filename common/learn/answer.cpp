// What ./learn watch shows when an exercise passes.
#include <fmt/format.h>
#include <unistd.h>

#include <sstream>

#include "common/descriptor.hpp"
#include "common/learn/exercises.hpp"
#include "exercises/grader/command.hpp"

namespace learn {
namespace {

/// How the reference answer differs from a file, as diff tells it; nothing where it does not.
std::string difference(const grader::Exercise& exercise) {
  const mp::Descriptor output = mp::memory_file("diff");
  grader::run_command({"diff", "-u", "--label", "yours", "--label", "the reference answer", exercise.file.string(),
                       exercise.solution().string()},
                      fmt::format("/proc/{}/fd/{}", ::getpid(), output.number()));
  const auto bytes = mp::content_of(output);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void show_answer(const grader::Exercise& exercise) {
  constexpr int most = 60;  // lines: it is to be read, now
  std::istringstream lines{difference(exercise)};
  fmt::print("\nAll points. There is an answer in {}", short_path(exercise.solution()));
  fmt::print("{}\n", lines.str().empty() ? ", and it is yours." : "; how it differs from yours:");
  int left_out = -most;
  for (std::string line; std::getline(lines, line); ++left_out)
    if (left_out < 0) fmt::print("  {}\n", line);
  if (left_out > 0) fmt::print("  … and {} more lines\n", left_out);
}

}  // namespace learn
