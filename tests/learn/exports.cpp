// Verdicts as other programs read them: JUnit, Gradescope, GitHub, and many submissions in one table.
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/descriptor.hpp"
#include "exercises/grader/exports.hpp"
#include "tests/learn/command.hpp"

namespace fs = std::filesystem;
using namespace command;
using nlohmann::json;

namespace {

const std::string wrong = tidy::root() + "/tests/grading/01_1_endings/wrong_plus_signal.cpp";

/// What Python reads in an XML file: [tag, attributes, text, [children]].
json xml(const std::string& file) {
  const auto seen = tidy::run_program({"python3", "-c",
                                       "import json, sys, xml.etree.ElementTree as tree\n"
                                       "form = lambda e: [e.tag, e.attrib, e.text, [form(child) for child in e]]\n"
                                       "print(json.dumps(form(tree.parse(sys.argv[1]).getroot())))",
                                       file});
  EXPECT_EQ(seen.code, 0) << seen.errors;
  return json::parse(seen.output);
}

json read(const std::string& file) { return json::parse(mp::read_text(file).value()); }

/// A file that ./learn is to make.
struct Made {
  std::string path;
  explicit Made(const std::string& name) : path{tidy::folder() + "/" + name} {}
  ~Made() { fs::remove(path); }
};

/// A verdict with everything in it that a format might stumble over.
grader::Grade awkward() {
  grader::Grade grade{"01_1_endings", "a<b>&\"c\".cpp", true};
  grade.checks = {{"good", "asks", 60, true, true, 0.25},
                  {"bad", "asks", 30, true, false, 0.5, "expected <1> & \"2\"\n\x1b[31mgot\x01 | `x` \xff"},
                  {"late", "asks", 10, false, false, 0, "not run: grading was stopped before this check"}};
  grade.seconds = 1.5;
  return grade;
}

}  // namespace

TEST(Exports, EscapeWhatXmlCannotHold) {
  EXPECT_EQ(grader::xml_text("a<b> & \"c\" \x01\x1b\r\x7f"), "a&lt;b&gt; &amp; &quot;c&quot; \x7f");
  EXPECT_EQ(grader::xml_text("two\nlines\tand ö"), "two\nlines\tand ö");
  EXPECT_EQ(grader::xml_text("\xff|\xc3"), "\xEF\xBF\xBD|\xEF\xBF\xBD") << "no UTF-8";
  EXPECT_EQ(grader::xml_text("\xEF\xBF\xBF"), "") << "U+FFFF";
}

TEST(Exports, EscapeWhatMarkdownWouldTakeAsItsOwn) {
  EXPECT_EQ(grader::markdown_text("a|b\n<c>`d_e*"), "a\\|b \\<c\\>\\`d\\_e\\*");
}

TEST(Exports, JunitHasASuiteForTheSubmissionAndACaseForEachCheck) {
  const tidy::TemporaryFile file{"junit.xml", grader::to_junit({awkward()})};
  const auto all = xml(file.path());
  EXPECT_EQ(all[0], "testsuites");
  const auto suite = all[3][0];
  EXPECT_EQ(suite[0], "testsuite");
  EXPECT_EQ(suite[1], (json{{"name", "01_1_endings"},
                            {"tests", "3"},
                            {"failures", "1"},
                            {"errors", "0"},
                            {"skipped", "1"},
                            {"time", "1.500"}}));
  const auto cases = suite[3];  // behind the properties
  EXPECT_EQ(cases[0][3][0][1].at("value"), "a<b>&\"c\".cpp");
  EXPECT_EQ(cases[1][1], (json{{"name", "good"}, {"classname", "01_1_endings"}, {"time", "0.250"}}));
  EXPECT_EQ(cases[1][3], json::array());
  const auto failure = cases[2][3][0];
  EXPECT_EQ(failure[0], "failure");
  EXPECT_EQ(failure[1], (json{{"message", "expected <1> & \"2\""}, {"type", "check"}}));
  EXPECT_EQ(failure[2], "expected <1> & \"2\"\n[31mgot | `x` \xEF\xBF\xBD");
  EXPECT_EQ(cases[3][3][0][0], "skipped");
}

TEST(Exports, GradescopeHasTheDocumentedFields) {
  const auto results = grader::to_gradescope({awkward()});
  EXPECT_EQ(results.at("score"), 60);
  EXPECT_EQ(results.at("execution_time"), 1.5);
  EXPECT_EQ(results.at("visibility"), "visible");
  EXPECT_EQ(results.at("output"), "01_1_endings: 60 of 100 points; stopped after 2 of 3 checks");
  const auto& tests = results.at("tests");
  EXPECT_EQ(tests.at(0), (json{{"name", "01_1_endings: good"},
                               {"number", "1.1"},
                               {"score", 60},
                               {"max_score", 60},
                               {"status", "passed"},
                               {"output", "asks"},
                               {"output_format", "text"},
                               {"visibility", "visible"}}));
  EXPECT_EQ(tests.at(1).at("status"), "failed");
  EXPECT_EQ(tests.at(2).at("score"), 0);
  EXPECT_NE(tests.at(2).at("output").get<std::string>().find("not run"), std::string::npos);
}

TEST(Exports, AreAllWrittenByOneGrade) {
  const State state;
  const Made junit{"junit.xml"}, gradescope{"results.json"}, data{"data.json"};
  const tidy::TemporaryFile summary{"summary.md", "before\n"};
  const auto seen = tidy::run_program({"env", "GITHUB_STEP_SUMMARY=" + summary.path(), program(), "grade", "01_1",
                                       "--file", wrong, "--junit", junit.path, "--gradescope", gradescope.path,
                                       "--json", data.path, "--patience", "4"});
  EXPECT_EQ(seen.code, 1) << seen.errors;
  EXPECT_EQ(xml(junit.path)[1].at("failures"), "1");
  EXPECT_EQ(read(gradescope.path).at("score"), 80);
  EXPECT_EQ(read(data.path).at("exercises").at(0).at("points"), 80);
  const auto table = mp::read_text(summary.path()).value();
  EXPECT_TRUE(table.starts_with("before\n| exercise | check | points | message |\n")) << table;
  EXPECT_NE(table.find("| 01\\_1\\_endings | signals | 0 of 20 | a killed child has no exit code"), std::string::npos);
  EXPECT_NE(table.find("| 01\\_1\\_endings | all | 80 of 100 |"), std::string::npos) << table;
}

TEST(Exports, ACompilerErrorIsAnErrorAndTheChecksAreSkipped) {
  const State state;
  const Made junit{"junit.xml"}, gradescope{"results.json"};
  const tidy::TemporaryFile broken{"broken.cpp", "int run_all( {\n"};
  EXPECT_EQ(
      learn({"grade", "01_1", "--file", broken.path(), "--junit", junit.path, "--gradescope", gradescope.path}).code,
      1);
  const auto suite = xml(junit.path)[3][0];
  EXPECT_EQ(suite[1].at("errors"), "1");
  EXPECT_EQ(suite[1].at("skipped"), "7");
  EXPECT_EQ(suite[3][1][3][0][0], "error");
  EXPECT_NE(suite[3][1][3][0][2].get<std::string>().find("broken.cpp:1"), std::string::npos);
  const auto results = read(gradescope.path);
  EXPECT_EQ(results.at("score"), 0);
  EXPECT_EQ(results.at("tests").size(), 7U);
  EXPECT_NE(results.at("output").get<std::string>().find("broken.cpp:1"), std::string::npos);
}

TEST(Exports, AKillInTheMiddleLosesNoCheckThatWasRun) {
  const State state;
  const Made gradescope{"results.json"};
  const tidy::TemporaryFile hangs{"hangs.cpp", hangs_in_the_second_check()};
  tidy::Background grading{
      {program(), "grade", "01_1", "--file", hangs.path(), "--gradescope", gradescope.path, "--patience", "100"}};
  EXPECT_TRUE(tidy::eventually(
      [&] { return fs::exists(gradescope.path) && read(gradescope.path).at("tests").at(0).at("status") == "passed"; }));
  const auto scratch = judged().parent_path();
  grading.signal(SIGKILL);
  grading.wait();
  const auto results = read(gradescope.path);
  EXPECT_EQ(results.at("score"), 15);
  EXPECT_EQ(results.at("tests").size(), 7U);
  for (std::size_t i = 1; i < 7; ++i) {
    EXPECT_EQ(results.at("tests").at(i).at("score"), 0);
    EXPECT_NE(results.at("tests").at(i).at("output").get<std::string>().find("not run"), std::string::npos);
  }
  EXPECT_TRUE(nothing_runs());
  if (!scratch.empty()) fs::remove_all(scratch);
}

TEST(Exports, ManySubmissionsAreARowEach) {
  const State state;
  const Made data{"data.json"}, folder{"submissions"};
  fs::create_directory(folder.path);
  const tidy::TemporaryFile broken{"submissions/broken.cpp", "int run_all( {\n"};
  const auto seen = learn({"grade", "01_1", "--file", wrong, "--file", folder.path, "--file", solution("01_1_endings"),
                           "--json", data.path, "--patience", "4"});
  EXPECT_EQ(seen.code, 1);
  EXPECT_EQ(std::count(seen.output.begin(), seen.output.end(), '\n'), 3) << seen.output;
  EXPECT_NE(seen.output.find("wrong_plus_signal.cpp   80 of 100  signals\n"), std::string::npos) << seen.output;
  EXPECT_NE(seen.output.find("  0 of 100  does not compile\n"), std::string::npos) << seen.output;
  const auto verdicts = read(data.path);
  ASSERT_EQ(verdicts.size(), 3U);
  EXPECT_EQ(verdicts[0].at("points"), 80);
  EXPECT_EQ(verdicts[1].at("file"), broken.path());
  EXPECT_EQ(verdicts[2].at("points"), 100);
  EXPECT_FALSE(fs::exists(tidy::folder() + "/state/progress.json")) << "they are not the learner's own";
}

TEST(Exports, AreRefusedBeforeAnythingIsGraded) {
  const std::vector<std::string> grade{program(), "grade", "01_1", "--file", solution("01_1_endings")};
  const auto refused = [&](const std::vector<std::string>& more, const std::string& names) {
    auto words = grade;
    words.insert(words.end(), more.begin(), more.end());
    const auto seen = tidy::run_program(words);
    EXPECT_EQ(seen.code, 2) << testing::PrintToString(more);
    EXPECT_EQ(seen.output, "");
    EXPECT_NE(seen.errors.find(names), std::string::npos) << seen.errors;
  };
  for (const char* option : {"--json", "--junit", "--gradescope"}) {
    refused({option, "/no/such/folder/file"}, "cannot write /no/such/folder/file: No such file or directory; name a");
    refused({option, tidy::folder()}, "cannot write " + tidy::folder() + ": Is a directory");
  }
  refused({"--file", wrong, "--gradescope", tidy::folder() + "/results.json"}, "--gradescope is about one submission");
  refused({"--file", "/no/such/file.cpp"}, "/no/such/file.cpp");
  const auto seen = tidy::run_program({"env", "GITHUB_STEP_SUMMARY=/no/such/summary", program(), "grade", "01_1"});
  EXPECT_EQ(seen.code, 2);
  EXPECT_NE(seen.errors.find("/no/such/summary"), std::string::npos) << seen.errors;
}
