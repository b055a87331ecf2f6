// What a check has found, in a learner's words.
#include "exercises/grader/translation.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using Numbers = std::vector<int>;

/// What GoogleTest says of two lists that differ.
std::string failure(const Numbers& got, const Numbers& expected) {
  return "checks.cpp:12\nExpected equality of these values:\n  run.value<Numbers>(\"seen\")\n    Which is: " +
         testing::PrintToString(got) + "\n  due\n    Which is: " + testing::PrintToString(expected) + "\nwhat came out";
}

Numbers from_to(int first, int last) {
  Numbers all;
  for (int i = first; i <= last; ++i) all.push_back(i);
  return all;
}

}  // namespace

TEST(Translation, LeavesWhatFitsALineInOne) {
  EXPECT_EQ(grader::translated(failure({2, 1}, {1, 2})), "what came out\nexpected { 1, 2 }\ngot      { 2, 1 }");
}

TEST(Translation, ShowsWhatIsMissingAndWhatIsBadWithTwoLinesAround) {
  Numbers got = from_to(100, 120);
  got[10] = 7;  // in place of 110
  EXPECT_EQ(grader::translated(failure(got, from_to(100, 120))),
            "what came out\nexpected 21 items, got 21:\n"
            "  …\n  GOOD    108\n  GOOD    109\n  MISSING 110\n  BAD     7\n  GOOD    111\n  GOOD    112\n  …");
}

TEST(Translation, FindsWhatWasLeftOutAndWhatCameTwice) {
  Numbers got = from_to(101, 120);
  got.push_back(120);
  EXPECT_EQ(grader::translated(failure(got, from_to(100, 120))),
            "what came out\nexpected 21 items, got 21:\n"
            "  MISSING 100\n  GOOD    101\n  GOOD    102\n  …\n  GOOD    119\n  GOOD    120\n  BAD     120");
}

TEST(Translation, TakesWordsWithCommasAsOne) {
  const std::vector<std::string> due(3, "a sentence, and another, { with } a bracket"), got{due[0], due[0], "else"};
  const auto text = grader::translated(
      "checks.cpp:1\nExpected equality of these values:\n  got\n    Which is: " + testing::PrintToString(got) +
      "\n  due\n    Which is: " + testing::PrintToString(due) + "\n");
  EXPECT_NE(text.find("expected 3 items, got 3:\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  MISSING \"a sentence, and another, { with } a bracket\"\n  BAD     \"else\""),
            std::string::npos)
      << text;
}
