#include "exercises/grader/judge.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "common/descriptor.hpp"
#include "exercises/grader/command.hpp"
#include "exercises/grader/race.hpp"

namespace grader {
namespace {

std::string program;
Limits limits;
int seed = 1;
std::minstd_rand dice;  // thrown in the order of a check's questions

/// In a function, because checks describe themselves before main, in no settled order.
nlohmann::json& checks() {
  static nlohmann::json all = nlohmann::json::array();
  return all;
}

/// To the grader, a line each. Nothing else may be written there: the submission's processes never have it.
void tell(const nlohmann::json& json) {
  const auto line = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  mp::write_all(lines_descriptor, std::as_bytes(std::span{line}));
}

/// Tells each verdict as soon as there is one: who stops the judge loses no check that was run.
class Teller : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo& test) override {
    auto failures = nlohmann::json::array();
    for (int i = 0; i < test.result()->total_part_count(); ++i) {
      const auto& part = test.result()->GetTestPartResult(i);
      const char* file = part.file_name();
      const std::string place = file ? fmt::format("{}:{}", file, part.line_number()) : "unknown file";
      if (part.failed()) failures.push_back(place + "\n" + part.message());
    }
    tell({{"name", test.name()},
          {"failures", failures},
          {"seconds", static_cast<double>(test.result()->elapsed_time()) / 1000}});
  }
};

/// Each check has dice of its own.
class Caster : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo& test) override {
    const std::string_view name = test.name();
    std::seed_seq words(name.begin(), name.end());
    std::array<unsigned, 1> of_name{};
    words.generate(of_name.begin(), of_name.end());
    dice.seed(of_name[0] + static_cast<unsigned>(seed) * 48'271U);
  }
};

Run run(const std::string& scenario, std::vector<std::string> arguments, int shaken_by) {
  arguments.insert(arguments.begin(), {scenario, std::to_string(shaken_by)});
  Run run{run_isolated(program, arguments, limits)};
  // Who hangs once will hang again: nobody need wait as long for the rest of the verdict.
  static bool hung = false;
  if (run.ending.starts_with("stopped: still running") && !std::exchange(hung, true)) limits.wall /= 4;
  return run;
}

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
  return run(scenario, std::move(arguments), 0);
}

Run shaken(const std::string& scenario, std::vector<std::string> arguments) {
  return run(scenario, std::move(arguments), varied(1, 1'000'000));
}

int varied(int low, int high) { return std::uniform_int_distribution{low, high}(dice); }

std::vector<int> worker_counts() { return {1, 2, std::array{3, 5, 7, 13}[static_cast<std::size_t>(varied(0, 3))]}; }

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

testing::AssertionResult no_data_race(const std::string& scenario, std::vector<std::string> arguments) {
  const std::string watched = program + ".watched";
  if (!std::filesystem::exists(watched)) return testing::AssertionSuccess();
  arguments.insert(arguments.begin(), {scenario, "0"});
  Limits room = limits;
  room.memory_bytes = RLIM_INFINITY;  // the sanitizer reserves terabytes, and uses little of them
  room.wall *= 3;
  const auto race = first_race(watched, run_isolated(watched, arguments, room).errors);
  if (race.empty()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << race;
}

bool describe_check(const char* name, int points, const char* asks) {
  checks().push_back({{"name", name}, {"points", points}, {"asks", asks}});
  return true;
}

}  // namespace grader

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) {
    std::cerr << "usage: " << argv[0] << " SUBMISSION [PATIENCE [SEED]] [--gtest_…]: this is run by ./learn grade\n";
    return 2;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody is left to be told
  ::fcntl(grader::lines_descriptor, F_SETFD, FD_CLOEXEC);
  if (words[0] == "--list") {
    for (const auto& check : grader::checks()) grader::tell(check);
    return 0;
  }
  grader::program = words[0];
  if (words.size() > 1) grader::limits.wall *= std::strtod(words[1].c_str(), nullptr);
  if (words.size() > 2) grader::seed = std::stoi(words[2]);
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  listeners.Append(new grader::Caster);
  if (words.size() > 3) listeners.Append(new grader::Teller);
  return RUN_ALL_TESTS();
}
