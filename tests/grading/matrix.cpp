// The grader, graded: every solution and right answer gets 100, every starter next to nothing, and
// every wrong submission loses exactly the checks that it names, with the message that it names.
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "common/descriptor.hpp"
#include "common/pickle/codec.hpp"
#include "exercises/grader/grade.hpp"
#include "exercises/grader/room.hpp"
#include "exercises/grader/sandbox.hpp"
#include "tests/grading/head.hpp"
#include "tests/support/tidy.hpp"

namespace fs = std::filesystem;
using namespace grader;

namespace {

struct Case {
  Exercise exercise;
  fs::path file;
  std::string name;
  int place = 0;  ///< among those of its kind and exercise
};

/// ./learn test takes so many of an exercise's wrong answers, ./learn test --all all of them. Continuous integration
/// comes often.
const int sample = std::getenv("CI") ? 1 : 3;

std::vector<Case> cases(const std::string& beginning) {
  std::vector<Case> all;
  for (const Exercise& exercise : find_exercises(tidy::root()))
    for (const auto& file : fs::directory_iterator{exercise.starter().parent_path()})
      if (const std::string stem = file.path().stem(); stem.starts_with(beginning))
        all.push_back({exercise, file.path(), exercise.name + "_" + stem});
  std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.name < b.name; });
  for (std::size_t i = 1; i < all.size(); ++i)
    if (all[i].exercise.name == all[i - 1].exercise.name) all[i].place = all[i - 1].place + 1;
  return all;
}

/// Wrong only where threads or processes meet in a certain order.
std::vector<Case> racy() {
  auto all = cases("wrong_");
  std::erase_if(all, [](auto& each) { return header(each.file, "racy").empty(); });
  return all;
}

std::vector<Case> solutions() {
  std::vector<Case> all;
  for (const Exercise& exercise : find_exercises(tidy::root()))
    all.push_back({exercise, exercise.solution(), exercise.name});
  return all;
}

Grade grade_of(const Case& each) { return grade(each.exercise, each.file, tidy::build()); }

/// The checks that it lost, but for those that its head names after `sometimes:`, for they go only in some schedules.
std::vector<CheckResult> lost(const Grade& verdict, const fs::path& file) {
  std::istringstream words{header(file, "sometimes")};
  const std::set<std::string> sometimes{std::istream_iterator<std::string>{words}, {}};
  std::vector<CheckResult> all;
  std::ranges::copy_if(verdict.checks, std::back_inserter(all),
                       [&](auto& check) { return !check.passed && !sometimes.contains(check.name); });
  return all;
}

std::string names(const std::vector<CheckResult>& checks) {
  std::string all;
  for (const CheckResult& check : checks) all += (all.empty() ? "" : " ") + check.name;
  return all;
}

const auto name_of = [](const auto& info) { return info.param.name; };

/// Tests that grade the same again and again, under load.
class Repeated : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (std::getenv("WHOLE_MATRIX") == nullptr) GTEST_SKIP() << "./learn test --all";
  }
  /// Until its destruction, which waits for it.
  std::jthread load{[](const std::stop_token& stop) {
    while (!stop.stop_requested()) continue;
  }};
};
class Solutions : public Repeated {};
class Racy : public Repeated {};

class Right : public testing::TestWithParam<Case> {};
class Starter : public testing::TestWithParam<Case> {};
class Wrong : public testing::TestWithParam<Case> {};

std::ostream& operator<<(std::ostream& out, const Case& each) { return out << each.name; }

}  // namespace

TEST_P(Right, GetsEveryPoint) {
  if (GetParam().place >= 2 && std::getenv("CI") != nullptr) GTEST_SKIP() << "./learn test";
  const Grade verdict = grade_of(GetParam());
  EXPECT_EQ(verdict.points(), 100) << to_text(verdict, GetParam().exercise, false);
  EXPECT_EQ(verdict.total(), 100);
}
INSTANTIATE_TEST_SUITE_P(Solution, Right, testing::ValuesIn(solutions()), name_of);
INSTANTIATE_TEST_SUITE_P(Submission, Right, testing::ValuesIn(cases("right_")), name_of);

TEST_P(Starter, CompilesAndGetsNextToNothing) {
  const Grade verdict = grade_of(GetParam());
  EXPECT_TRUE(verdict.compiled);
  EXPECT_LE(verdict.points(), 10) << to_text(verdict, GetParam().exercise, false);
}
INSTANTIATE_TEST_SUITE_P(Submission, Starter, testing::ValuesIn(cases("starter")), name_of);

TEST_P(Wrong, LosesExactlyWhatItNames) {
  if (GetParam().place >= sample && std::getenv("WHOLE_MATRIX") == nullptr) GTEST_SKIP() << "./learn test --all";
  const Grade verdict = grade_of(GetParam());
  const std::string named = header(GetParam().file, "loses"), says = header(GetParam().file, "says");
  ASSERT_FALSE(named.empty() || says.empty()) << "its head should say what it loses, and the message";
  const auto checks = lost(verdict, GetParam().file);
  ASSERT_EQ(names(checks), named) << to_text(verdict, GetParam().exercise, false);
  EXPECT_NE(checks.front().message.find(says), std::string::npos) << checks.front().message;
}
INSTANTIATE_TEST_SUITE_P(Submission, Wrong, testing::ValuesIn(cases("wrong_")), name_of);

TEST_P(Solutions, GetEveryPointWithFiftySeedsUnderLoad) {
  const Submission submission{GetParam().exercise, GetParam().file, tidy::build()};
  for (int seed = 1; seed <= 50; ++seed) {
    const Grade verdict = submission.judge({.seed = seed});
    ASSERT_EQ(verdict.points(), 100) << "seed " << seed << "\n" << to_text(verdict, GetParam().exercise, false);
  }
}
INSTANTIATE_TEST_SUITE_P(Each, Solutions, testing::ValuesIn(solutions()), name_of);

TEST_P(Racy, IsCaughtTwentyTimesOfTwenty) {
  const Submission submission{GetParam().exercise, GetParam().file, tidy::build()};
  for (int i = 1; i <= 20; ++i) {
    const Grade verdict = submission.judge();
    ASSERT_EQ(names(lost(verdict, GetParam().file)), header(GetParam().file, "loses"))
        << "run " << i << "\n"
        << to_text(verdict, GetParam().exercise, false);
  }
}
INSTANTIATE_TEST_SUITE_P(Wrong, Racy, testing::ValuesIn(racy()), name_of);

TEST(Exercises, AreComplete) {
  const auto exercises = find_exercises(tidy::root());
  EXPECT_GE(exercises.size(), 3U);
  for (const Exercise& exercise : exercises) {
    SCOPED_TRACE(exercise.name);
    EXPECT_NE(exercise.title, "");
    EXPECT_TRUE(fs::exists(exercise.hints()));
    EXPECT_TRUE(fs::exists(exercise.solution()));
    EXPECT_EQ(std::distance(fs::directory_iterator{exercise.folder}, {}) -
                  std::count_if(fs::directory_iterator{exercise.folder}, fs::directory_iterator{},
                                [](auto& f) { return f.path().extension().string().starts_with(".yours"); }),
              4)
        << "README.md, checks.cpp, hints.md and one file to edit";
    const auto begins = [&](const std::string& with) {
      const auto all = cases(with);
      return std::count_if(all.begin(), all.end(), [&](auto& c) { return c.exercise.name == exercise.name; });
    };
    EXPECT_GE(begins("right_"), 2);
    EXPECT_GE(begins("wrong_"), 6);
    EXPECT_EQ(begins("starter"), 1);
  }
}

TEST(Exercises, HaveAHintForEveryCheckAndNameItInTheirTask) {
  for (const Exercise& exercise : find_exercises(tidy::root())) {
    const auto hints = mp::read_text(exercise.hints()).value(),
               task = mp::read_text(exercise.folder / "README.md").value();
    for (const CheckResult& check : planned(exercise, exercise.starter(), tidy::build()).checks) {
      EXPECT_NE(hints.find("## " + check.name + "\n1. "), std::string::npos)
          << exercise.name << ": no hint for " << check.name;
      EXPECT_NE(task.find(fmt::format("| {} | {} |", check.name, check.of)), std::string::npos)
          << exercise.name << ": the task does not name " << check.name << " with its points";
    }
  }
}

TEST(Exercises, AreHandedOutAsTheirStarter) {
  for (const Exercise& exercise : find_exercises(tidy::root())) {
    const bool same = mp::read_text(exercise.file) == mp::read_text(exercise.starter());
    if (!same && std::getenv("CI") == nullptr) GTEST_SKIP() << exercise.name << " has been worked on";
    EXPECT_TRUE(same) << exercise.name << " is not the starter that ./learn reset gives back";
  }
}

// ---- the sandbox itself ----

namespace {

class Sandbox : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && !isolation().namespaces) GTEST_SKIP() << "no namespaces here: " << isolation().reason;
    if (!GetParam()) ::setenv("GRADER_NO_NAMESPACES", "1", 1);
  }
  void TearDown() override { ::unsetenv("GRADER_NO_NAMESPACES"); }

  Outcome run(const std::string& scenario, Limits limits = {.wall = mp::Seconds{30}}, int shaken_by = 0) {
    return run_isolated(tidy::build() + "/tests/unruly", {scenario, std::to_string(shaken_by)}, limits);
  }
};

}  // namespace

TEST_P(Sandbox, RunsAScenarioToItsEnd) {
  const auto seen = run("fine");
  EXPECT_TRUE(seen.finished) << seen.ending << seen.errors;
  EXPECT_EQ(seen.ending, "exit code 0");
  EXPECT_EQ(seen.output, "fine\n");
  EXPECT_EQ(seen.reports.size(), 1U);
  EXPECT_EQ(seen.reports[0].from, seen.subject);
  EXPECT_TRUE(seen.left.all().empty()) << testing::PrintToString(seen.left.all());
}

TEST_P(Sandbox, StopsWhatDoesNotEnd) {
  const auto seen = run("endless", {.wall = mp::Seconds{0.5}});
  EXPECT_FALSE(seen.finished);
  EXPECT_EQ(seen.ending, "stopped: still running after 0.5 s");
}

TEST_P(Sandbox, SaysWhoWaitsForWhat) {
  const auto expect = [&](const std::string& scenario, const std::vector<const char*>& lines) {
    const auto seen = fmt::format("{}", fmt::join(run(scenario, {.wall = mp::Seconds{1.5}}).waits, "\n"));
    for (const char* line : lines)
      EXPECT_TRUE(std::regex_search(seen, std::regex{line})) << scenario << ": no '" << line << "' in\n" << seen;
  };
  expect("endless", {"process \\d+ waits for a signal"});
  expect(
      "waits_for_itself",
      {"process \\d+ waits for process \\d+ to end",
       "process \\d+ waits to read from descriptor 4, a pipe whose writing end is open in itself \\(descriptor 5\\)"});
  expect("waits_for_a_copy", {"waits to read from descriptor 4, a socket whose other end is open in process \\d+ "
                              "\\(descriptor 5\\)"});
  expect("two_locks", {"process \\d+ waits for a lock that process \\d+ holds",
                       "process \\d+, in another thread, waits for a lock that process \\d+ holds"});
  expect("fills_a_pipe", {"waits for room to write into descriptor 5, a pipe whose reading end is open in itself"});
  expect("joins_a_loop", {"waits for its thread \\d+ to end", "in another thread, computes"});
}

TEST_P(Sandbox, SeesHowItEnded) {
  EXPECT_EQ(run("crash").ending, "killed by SIGSEGV (Segmentation fault)");
  const auto early = run("exits_early");
  EXPECT_EQ(early.ending, "exit code 0");
  EXPECT_FALSE(early.finished) << "it left before its scenario was done";
  EXPECT_FALSE(run("eats_memory").finished);
}

TEST_P(Sandbox, FindsARareScheduleWithAFewSeeds) {
  const auto counted = [&](int seed) {
    const auto seen = run("counts", {.wall = mp::Seconds{30}}, seed);
    mp::Decoder in{mp::Message{seen.reports.at(0).value, {}}};
    return mp::decode<int>(in);
  };
  int seed = 1;
  while (seed < 50 && counted(seed) == 40) ++seed;
  EXPECT_LT(seed, 50) << "two threads, 20 steps each: no seed has lost one";
}

TEST_P(Sandbox, FindsWhatWasLeftBehind) {
  const auto left = run("leaves_everything").left;
  EXPECT_EQ(left.zombies.size(), 1U);
  EXPECT_EQ(left.processes.size(), 2U) << "a child and an orphan";
  EXPECT_EQ(left.descriptors.size(), 1U);
  EXPECT_GE(left.threads.size(), 1U);  // the thread sanitizer starts one of its own with the first
  EXPECT_EQ(left.files.size(), 2U) << testing::PrintToString(left.files);
  if (!GetParam()) ::shm_unlink("/unruly-test");  // without namespaces it is everybody's
}

TEST_P(Sandbox, EndsTreesOfProcesses) {
  const auto seen = run("breeds");
  EXPECT_FALSE(seen.finished);
  EXPECT_NE(seen.ending.find("more than 100 processes"), std::string::npos) << seen.ending;
}

TEST_P(Sandbox, KeepsOnlySoMuchOutput) {
  const auto seen = run("floods");
  EXPECT_TRUE(seen.finished) << seen.ending;
  EXPECT_EQ(seen.output.size(), Limits{}.output_bytes);
}

TEST_P(Sandbox, NeitherInheritsNorSharesFiles) {
  const auto seen = run("looks_around");
  EXPECT_TRUE(seen.output.starts_with("descriptors 4, ")) << seen.output;
  if (GetParam()) {
    EXPECT_EQ(seen.output, "descriptors 4, may not write here, pid 2\n");
  }
}

INSTANTIATE_TEST_SUITE_P(WithNamespaces, Sandbox, testing::Values(true), [](auto&) { return "here"; });
INSTANTIATE_TEST_SUITE_P(Without, Sandbox, testing::Values(false), [](auto&) { return "here"; });
