#include "exercises/grader/judge.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <utility>

namespace grader {
namespace {

std::string program;
Limits limits;

std::string last_lines(const std::string& text, std::size_t most) {
  auto at = text.size();
  for (std::size_t lines = 0; at > 0 && lines <= most; --at) lines += text[at - 1] == '\n' ? 1 : 0;
  return text.substr(at == 0 ? 0 : at + 1);
}

}  // namespace

std::string Run::story(const std::string& what) const {
  std::string text = what + ": " + ending;
  if (ending.starts_with("killed by SIGTERM") || ending.starts_with("killed by SIGKILL"))
    text += "; did it signal itself, or its whole group?";
  for (std::size_t i = 0; i < std::min<std::size_t>(waits.size(), 8); ++i) text += "\n  " + waits[i];
  if (!errors.empty()) text += "\nit printed:\n" + last_lines(errors, 5);
  return text;
}

Run submission(const std::string& scenario, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), scenario);
  Run run{run_isolated(program, arguments, limits)};
  // Who hangs once will hang again: nobody need wait as long for the rest of the verdict.
  static bool hung = false;
  if (run.ending.starts_with("stopped: still running") && !std::exchange(hung, true)) limits.wall /= 4;
  return run;
}

testing::AssertionResult came_to_its_end(const Run& run) {
  if (run.finished) return testing::AssertionSuccess();
  return testing::AssertionFailure() << run.story("the scenario did not come to its end");
}

testing::AssertionResult went_well(const Run& run) {
  const auto troubles = run.values<std::string>("trouble");
  if (!troubles.empty()) return testing::AssertionFailure() << troubles.front();
  return came_to_its_end(run);
}

testing::AssertionResult left_nothing(const Run& run) {
  if (const auto ended = came_to_its_end(run); !ended) return ended;
  const auto left = run.left.all();
  if (left.empty()) return testing::AssertionSuccess();
  auto failure = testing::AssertionFailure() << "it left something behind:";
  for (const std::string& line : left) failure << "\n  " << line;
  return failure;
}

void describe_check(int points, const char* asks) {
  testing::Test::RecordProperty("points", points);
  testing::Test::RecordProperty("asks", asks);
}

}  // namespace grader

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc < 2) {
    std::cerr << "usage: " << argv[0] << " SUBMISSION [PATIENCE] [--gtest_…]: this program is run by ./learn grade\n";
    return 2;
  }
  grader::program = argv[1];
  if (argc > 2) grader::limits.wall *= std::strtod(argv[2], nullptr);
  return RUN_ALL_TESTS();
}
