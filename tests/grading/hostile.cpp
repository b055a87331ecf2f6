// Submissions that want to fool or to harm the grader: each gets a verdict in time, never full points, and a message
// that says what it did; nothing is left of it, and the next submission is graded as if it had never been.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "common/descriptor.hpp"
#include "exercises/grader/grade.hpp"
#include "exercises/grader/room.hpp"
#include "tests/grading/head.hpp"
#include "tests/support/tidy.hpp"

namespace fs = std::filesystem;
using namespace grader;

namespace {

fs::path folder() { return tidy::root() + "/tests/grading/hostile"; }

std::vector<fs::path> submissions() {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator{folder()}) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

Exercise exercise(const std::string& name = "01_1_endings") {
  for (Exercise& each : find_exercises(tidy::root()))
    if (each.name == name) return each;
  throw std::runtime_error{"there is no exercise " + name};
}

bool passed(const Grade& verdict, const std::string& name) {
  return std::any_of(verdict.checks.begin(), verdict.checks.end(), [&](auto& c) { return c.name == name && c.passed; });
}

/// Everything the verdict says.
std::string said(const Grade& verdict) {
  std::string all = verdict.compiler_output;
  for (const CheckResult& check : verdict.checks) all += check.name + ": " + check.message + "\n";
  return all;
}

/// What the next submission depends on, and what a hostile one would leave: names, sizes and times.
std::map<fs::path, std::string> surroundings() {
  std::map<fs::path, std::string> all;
  const auto note = [&](const fs::path& below, const std::string& beginning) {
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator{below, gone})
      if (entry.path().filename().string().starts_with(beginning))
        all[entry.path()] = fmt::format("{} bytes, of {}", entry.is_regular_file(gone) ? entry.file_size(gone) : 0,
                                        entry.last_write_time(gone).time_since_epoch().count());
  };
  note(tidy::build() + "/exercises/01_1_endings", "");
  note(tidy::root() + "/exercises/01_1_endings", "");
  for (const char* open_to_all : {"/tmp", "/var/tmp", "/dev/shm", "/", "."}) note(open_to_all, "left_by_hostile");
  return all;
}

class Hostile : public testing::TestWithParam<fs::path> {
 protected:
  void SetUp() override {
    // Continuous integration comes often, and takes every other one.
    const auto all = submissions();
    const bool is_odd = (std::find(all.begin(), all.end(), GetParam()) - all.begin()) % 2 != 0;
    if (is_odd && std::getenv("CI") != nullptr) GTEST_SKIP() << "./learn test";
    if (!isolation().namespaces) GTEST_SKIP() << "no namespaces here: " << isolation().reason;
    ::setenv("GRADER_COMPILE_SECONDS", "4", 1);
  }
  void TearDown() override { ::unsetenv("GRADER_COMPILE_SECONDS"); }
};

}  // namespace

TEST_P(Hostile, GetsItsVerdictAndHarmsNobody) {
  const auto before = surroundings();
  const auto start = mp::Clock::now();
  const double patience = std::stod(header(GetParam(), "patience", "1"));
  const Grade verdict = grade(exercise(), GetParam(), tidy::build(), {.patience = patience});
  EXPECT_LT(mp::seconds_since(start), 60) << "a verdict comes in time";
  EXPECT_LT(verdict.points(), verdict.total());
  const std::string says = header(GetParam(), "says");
  EXPECT_NE(says, "") << "its head should tell the message";
  EXPECT_NE(said(verdict).find(says), std::string::npos) << said(verdict);
  EXPECT_EQ(said(verdict).find("harm"), std::string::npos) << said(verdict);
  EXPECT_EQ(surroundings(), before);
  static const Submission right{exercise(), exercise().solution(), tidy::build()};
  const Grade next = right.judge();
  EXPECT_EQ(next.points(), 100) << to_text(next, exercise(), false);
}
INSTANTIATE_TEST_SUITE_P(Submission, Hostile, testing::ValuesIn(submissions()),
                         [](const auto& each) { return each.param.stem().string(); });

TEST(Deceit, AnswersThatWereKnownBeforehandHoldForOneSeed) {
  const Submission knows{exercise(), folder() / "knows_seed_one.cpp", tidy::build()};
  EXPECT_TRUE(passed(knows.judge({.seed = 1}), "codes")) << "its answers are not those of seed 1 any more";
  EXPECT_FALSE(passed(knows.judge({.seed = 2}), "codes"));
}

TEST(Deceit, HidesNothingFromTheThreadSanitizer) {
  const auto racing = mp::read_text(tidy::root() + "/tests/grading/06_3_thread_pool/wrong_looks_twice.cpp").value();
  for (const auto& [trick, says] : {
           std::pair{"#ifdef __SANITIZE_THREAD__\n#error\n#endif\n", "the thread sanitizer saw a data race"},
           {"extern \"C\" const char* __tsan_default_suppressions() { return \"race:*\"; }\n", "multiple definition"},
           {"extern \"C\" void __tsan_init();\nconst bool there = (__tsan_init(), true);\n", "undefined reference"},
       }) {
    const tidy::TemporaryFile file{"races.cpp", trick + racing};
    const Grade verdict = grade(exercise("06_3_thread_pool"), file.path(), tidy::build(), {.patience = 4});
    EXPECT_FALSE(passed(verdict, "results")) << trick;
    EXPECT_NE(said(verdict).find(says), std::string::npos) << said(verdict);
  }
}
