// Submissions that want points for nothing, or harm whoever grades them. Each says in its head what it tries, what it
// loses, and what it is told; and the next submission is none the worse for it.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "exercises/grader/grade.hpp"
#include "exercises/grader/sandbox.hpp"
#include "tests/support/tidy.hpp"

namespace fs = std::filesystem;
using namespace grader;

namespace {

std::vector<fs::path> submissions() {
  const fs::directory_iterator files{fs::path{tidy::root()} / "tests/grading/hostile"};
  std::vector<fs::path> all{begin(files), end(files)};
  std::sort(all.begin(), all.end());
  return all;
}

std::string header(const fs::path& file, const std::string& key) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line) && line.starts_with("//");)
    if (line.starts_with("// " + key + ": ")) return line.substr(key.size() + 5);
  return "";
}

const Exercise& exercise() {
  static const auto all = find_exercises(tidy::root());
  return all.front();
}

class Hostile : public testing::TestWithParam<fs::path> {
 protected:
  void SetUp() override {
    if (!isolation().namespaces) GTEST_SKIP() << "it would harm this machine: no namespaces, " << isolation().reason;
  }
};

}  // namespace

TEST_P(Hostile, GetsNothingAndHarmsNobody) {
  const Grade verdict = grade(exercise(), GetParam(), tidy::build(), {.patience = 2});
  const auto text = to_text(verdict, exercise(), false);
  const auto loses = header(GetParam(), "loses");
  for (const CheckResult& check : verdict.checks)
    EXPECT_EQ(check.passed, loses != "all" && loses.find(check.name) == std::string::npos) << check.name << "\n"
                                                                                           << text;
  std::string told = verdict.compiler_output;
  for (const CheckResult& check : verdict.checks) told += check.message + "\n";
  EXPECT_NE(told.find(header(GetParam(), "says")), std::string::npos) << text;

  static const Submission right{exercise(), exercise().solution(), tidy::build()};
  EXPECT_EQ(right.judge().points(), 100) << "the next submission was harmed";
}
INSTANTIATE_TEST_SUITE_P(Submission, Hostile, testing::ValuesIn(submissions()),
                         [](const auto& each) { return each.param.stem().string(); });
