// ./learn as a reader uses it: its words, its verdicts, its memory.
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "common/descriptor.hpp"
#include "tests/learn/command.hpp"

namespace fs = std::filesystem;
using namespace command;

namespace {

long lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

/// Each step runs, and says this among other things.
void expect_steps(const std::string& chapter, const std::vector<std::pair<std::string, std::string>>& steps) {
  const State state;
  for (const auto& [step, says] : steps) {
    const auto seen = learn({"run", chapter + "/" + step});
    EXPECT_EQ(seen.code, 0) << step;
    EXPECT_NE(seen.output.find(says), std::string::npos) << step << " said:\n" << seen.output;
  }
}

std::vector<std::string> chapters() {
  std::vector<std::string> all;
  for (const auto& chapter : fs::directory_iterator{tidy::root() + "/chapters"})
    all.push_back(chapter.path().filename().string());
  std::sort(all.begin(), all.end());
  return all;
}

const auto chapter_name = [](const auto& info) { return info.param; };

}  // namespace

TEST(Words, ThatMakeNoSenseAreOneLineAndExitCodeTwo) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"frobnicate"},
                                                {"run", "77"},
                                                {"run", "01/nothing"},
                                                {"run", "../etc"},
                                                {"run", "--what"},
                                                {"grade", "01_9"},
                                                {"grade", "1"},
                                                {"grade", "--file"},
                                                {"hint"},
                                                {"reset", "99_9"},
                                                {"doctor", "me"},
                                                {"test", "--some"},
                                                {"watch", "99_9"},
                                                {"watch", "01_1", "01_2"},
                                                {"watch", "--json", "F"},
                                                {"docs", "01"}}) {
    const auto seen = script(words);
    EXPECT_EQ(seen.code, 2) << testing::PrintToString(words);
    EXPECT_EQ(seen.output, "") << testing::PrintToString(words);
    EXPECT_EQ(lines(seen.errors), 1) << testing::PrintToString(words) << seen.errors;
    EXPECT_TRUE(seen.errors.starts_with("./learn: ")) << seen.errors;
  }
}

/// The script knows the words, and the program what they mean.
TEST(Words, OfAProgramReachIt) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--trace", "/no/folder/trace.json"},
                                                {"--svg", "/no/folder/picture.svg"},
                                                {"--predict", "--workers", "0"}}) {
    std::vector<std::string> all{"run", "01/loop_sums"};
    all.insert(all.end(), words.begin(), words.end());
    const auto seen = script(all);
    EXPECT_EQ(seen.code, 2) << testing::PrintToString(words);
    EXPECT_TRUE(seen.errors.starts_with("--")) << "the program names what makes no sense: " << seen.errors;
  }
}

TEST(Words, HelpNamesEveryVerb) {
  const auto seen = script({"help"});
  EXPECT_EQ(seen.code, 0);
  for (const char* verb : {"doctor", "run", "test", "grade", "watch", "hint", "reset", "bench", "docs"})
    EXPECT_NE(seen.output.find(std::string{"./learn "} + verb), std::string::npos) << verb;
}

TEST(Words, WithoutRightsSaysWhatToRun) {
  // A machine without dpkg's answers and without sudo, as far as the script can see: no package is there.
  const std::string bin = tidy::folder() + "/bin";
  fs::create_directory(bin);
  for (const char* tool : {"sh", "sed", "tr", "sort", "grep", "expr", "dirname", "readlink", "uname", "cat", "env"})
    fs::create_symlink(
        fs::exists(std::string{"/usr/bin/"} + tool) ? std::string{"/usr/bin/"} + tool : std::string{"/bin/"} + tool,
        bin + "/" + tool);
  std::ofstream{bin + "/dpkg-query"} << "#!/bin/sh\nexit 1\n";
  std::ofstream{bin + "/id"} << "#!/bin/sh\necho 1000\n";
  for (const char* tool : {"dpkg-query", "id"}) fs::permissions(bin + "/" + tool, fs::perms::owner_all);
  const auto seen = tidy::run_program({"/usr/bin/env", "-i", "PATH=" + bin, tidy::root() + "/learn", "run"});
  EXPECT_EQ(seen.code, 1);
  EXPECT_NE(seen.output.find("apt-get update && apt-get install"), std::string::npos) << seen.output << seen.errors;
  EXPECT_NE(seen.output.find("cmake"), std::string::npos) << seen.output;
  fs::remove_all(bin);
}

TEST(Run, MergesTheResultsOfAllProgramsIntoOneFile) {
  const State state;
  const tidy::TemporaryFile json{"run.json", ""};
  const auto seen =
      learn({"run", "01/loop_sums", "01/sha_chains", "--rounds", "1", "--json", json.path(), "--patience", "20"});
  EXPECT_EQ(seen.code, 0) << seen.errors;
  const auto results = nlohmann::json::parse(mp::read_text(json.path()).value());
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].at("chapter"), "01_process");
  EXPECT_EQ(results[0].at("program"), "loop_sums");
  EXPECT_EQ(results[1].at("program"), "sha_chains");
  for (const auto& result : results)
    for (const auto& variant : result.at("variants")) EXPECT_EQ(variant.at("correct"), true) << variant.dump();
}

TEST(Run, TheHeadlineShowsWhatItClaims) {
  const State state;
  const tidy::TemporaryFile json{"run.json", ""};
  EXPECT_EQ(learn({"run", "01/main", "--rounds", "1", "--json", json.path(), "--patience", "4"}).code, 0);
  const auto variants = nlohmann::json::parse(mp::read_text(json.path()).value())[0].at("variants");
  EXPECT_EQ(variants.back().at("answer"), "0 1 4 (-11) 16 timeout 36 49");
  EXPECT_EQ(variants.back().at("correct"), true);
  for (std::size_t i = 0; i + 1 < variants.size(); ++i) EXPECT_EQ(variants[i].at("wrong_on_purpose"), true);
}

TEST(Run, QueuesShowWhatTheLessonClaims) {
  const State state;
  const tidy::TemporaryFile json{"run.json", ""};
  const auto seen =
      learn({"run", "02/main", "02/last_words", "--rounds", "1", "--json", json.path(), "--patience", "4"});
  EXPECT_EQ(seen.code, 0) << seen.output << seen.errors;
  EXPECT_NE(seen.output.find("A process adds 0 1 2 3 4: 10\n"), std::string::npos) << seen.output;
  const auto results = nlohmann::json::parse(mp::read_text(json.path()).value());
  for (const auto& result : results)
    for (const auto& variant : result.at("variants"))
      EXPECT_NE(variant.at("correct"), variant.at("wrong_on_purpose")) << variant.dump();
  EXPECT_EQ(results.at(1).at("variants").at(2).at("name"), "Queue");
  EXPECT_EQ(results.at(1).at("variants").at(2).at("wrong_on_purpose"), true);
}

TEST(Run, StepsOfTheQueueSayWhatTheLessonSays) {
  expect_steps("02", {{"s1_pipe", "one two three"},
                      {"s2_frames", "one\ntwo\nthree\n"},
                      {"s3_end", "three\nthat was all\n"},
                      {"s4_connection", "= 10\nno more messages"},
                      {"s5_many", "together 4950"},
                      {"s6_feeder", "SimpleQueue  both stand still\nQueue        all answered"},
                      {"s7_lost", "the next one gets 2\n"},
                      {"s8_join", "it has not ended\nall taken, and it has: exit code 0"}});
}

TEST(Run, StepsOfTheLockSayWhatTheLessonSays) {
  expect_steps("03", {{"s2_forced", "quick has seen 0 and stored 1\ntwo have added one, and it is 1\n"},
                      {"s3_atomic", "both counted: 6000000 and 6000000\nseen out of step: yes\n"},
                      {"s4_mutex", "both: 600000 600000\n"},
                      {"s5_dead", "held, by nobody, for ever\n"},
                      {"s6_owner_died", "mended: 2 of 2\n"},
                      {"s7_condition", "it is three, at last\n"},
                      {"s8_neighbours", "64 bytes apart:"}});
}

TEST(Run, StepsOfTheManagerSayWhatTheLessonSays) {
  expect_steps("04", {{"s1_server", "to 1\nbe 1\nor 1\nnot 1\nto 2\nbe 2\n"},
                      {"s2_threads", "b is answered\nand now a\n"},
                      {"s3_calls", "there 1, here 0\n"},
                      {"s4_proxy", "1 '1' '2' 2 0.25 None \n9 8 7 6 5 4 3 2 1 0 \n"},
                      {"s5_references", "ours is gone; was it the last? 0\nthe worker's, too; was it the last? 1\n"},
                      {"s6_copies", "in the copy: 2\nput back: 3\nnested: 3\n"},
                      {"s7_lost", "two have added one: 1\nand two more: 3\n"},
                      {"s8_dead_client", "what it put last: 1\nthe lock's owner died"},
                      {"s9_own_type", "a deposit of nothing, said the server\n105\n"}});
}

TEST(Run, StepsOfThePoolSayWhatTheLessonSays) {
  expect_steps(
      "05", {{"s1_by_hand", "1\n4\n9\n"},
             {"s2_who_has_what", " had 7: 49\n"},
             {"s3_chunks", "  9 calls, 2 workers: chunks of 2\n100 calls, 2 workers: chunks of 13\n"},
             {"s4_errors",
              "called with 3\ncalled with 6\ncalled with 7\ncalled with 8\nout_of_range: four is too many; thrown in "
              "another process\n"},
             {"s5_dead_worker", " ended: killed by SIGKILL (Killed)\n16\n25\n"},
             {"s6_take_back", "the worker has begun 0\ntaken back: 1\ntaken back: 2\ntaken back: 3\n"},
             {"s7_long_and_short", "the short ones were there long before the long one"},
             {"s8_imap", "1936 \nfewer than 100 numbers were read\n"},
             {"s9_leave", "the pool was terminated\ncalled back with 2\n2\n"}});
}

TEST(Run, StepsOfTheExecutorSayWhatTheLessonSays) {
  expect_steps(
      "06", {{"s1_by_hand", "submitted\n49\n"},
             {"s2_work_ids", "81 1 49 9 \n"},
             {"s3_three_engines",
              "49, in this process; 0 1 4 9 16\n49, in another process; 0 1 4 9 16\n49, in this process; 0 1 4 9 16\n"},
             {"s4_completed", " in order\n1 (of 1) futures unfinished\n"},
             {"s5_cancel", "at most 32 at once: 0 of 9 could be cancelled\n"},
             {"s6_death", " broken\nrepaired: 8 results, 1 lost, 0 broken\n"},
             {"s7_itself", "2 threads: 2\n1 thread: nobody is left who could do what this waits for"}});
}

class Twin : public testing::TestWithParam<std::string> {};

TEST_P(Twin, GivesTheSameAnswers) {
  if (std::getenv("CI")) GTEST_SKIP() << "a minute that continuous integration does not have: ./learn test takes it";
  const std::string program = tidy::build() + "/chapters/" + GetParam() + "/main";
  const auto ended = tidy::run_program({program, "--python", "--rounds", "1"});
  EXPECT_EQ(ended.code, 0) << program << " said:\n" << ended.output << ended.errors;
  EXPECT_NE(ended.output.find("python: "), std::string::npos) << program;
}
INSTANTIATE_TEST_SUITE_P(OfChapter, Twin, testing::ValuesIn(chapters()), chapter_name);

TEST(Run, SaysWhatItCannotWriteBeforeItRuns) {
  const auto seen = learn({"run", "01/main", "--json", "/no/such/folder/file"});
  EXPECT_EQ(seen.code, 2);
  EXPECT_EQ(seen.output, "");
  EXPECT_NE(seen.errors.find("/no/such/folder/file"), std::string::npos);
  EXPECT_EQ(learn({"grade", "01_1", "--json", "/no/such/folder/file"}).code, 2);
}

TEST(Run, RefusesWhatTheProgramsRefuse) {
  EXPECT_EQ(learn({"run", "01/loop_sums", "--rounds", "0"}).code, 2);
  EXPECT_EQ(learn({"run", "99"}).code, 2);
}

TEST(Grade, WritesAVerdictAndRemembersOnlyTheLearnersOwn) {
  const State state;
  const tidy::TemporaryFile json{"grade.json", ""};
  const auto seen =
      learn({"grade", "01_1", "--file", solution("01_1_endings"), "--json", json.path(), "--patience", "4"});
  EXPECT_EQ(seen.code, 0) << seen.output;
  const auto verdict = nlohmann::json::parse(mp::read_text(json.path()).value()).at("exercises")[0];
  EXPECT_EQ(verdict.at("exercise"), "01_1_endings");
  EXPECT_EQ(verdict.at("points"), 100);
  EXPECT_EQ(verdict.at("total"), 100);
  EXPECT_EQ(verdict.at("checks").size(), 7U);
  const auto status = learn({});
  EXPECT_EQ(status.output.find("100 of 100"), std::string::npos) << status.output;
}

TEST(Grade, TellsOnceWhoWaitsForWhom) {
  const State state;
  const auto seen = learn({"grade", "02_2", "--file",
                           tidy::root() + "/tests/grading/02_2_pipeline/wrong_copies_open.cpp", "--patience", "0.2"});
  EXPECT_EQ(seen.code, 1) << seen.errors;
  const auto first = seen.output.find("(wrong_copies_open.cpp:24, in work)"), later = seen.output.find("as in results");
  ASSERT_NE(first, std::string::npos) << seen.output;
  ASSERT_NE(later, std::string::npos) << seen.output;
  EXPECT_LT(first, later) << seen.output;
}

TEST(Grade, TriesSeedsUpToTheFirstThatLosesAPointAndSaysHowToRunItAgain) {
  const State state;
  std::string text = mp::read_text(solution("01_1_endings")).value();
  const std::string honest = "WEXITSTATUS(status)";
  text.replace(text.find(honest), honest.size(), "WEXITSTATUS(status) / 10 == 23 ? 0 : WEXITSTATUS(status)");
  const tidy::TemporaryFile some_codes{"some_codes.cpp", text};
  const auto seen = learn({"grade", "01_1", "--file", some_codes.path(), "--seeds", "40", "--patience", "4"});
  EXPECT_EQ(seen.code, 1) << seen.output;
  std::smatch again;
  ASSERT_TRUE(std::regex_search(seen.output, again, std::regex{"--file \\S+ --seed (\\d+)\n"})) << seen.output;
  const std::string seed = again[1];
  EXPECT_EQ(learn({"grade", "01_1", "--file", some_codes.path(), "--seed", seed, "--patience", "4"}).output,
            seen.output);
  EXPECT_EQ(learn({"grade", "01_1", "--file", some_codes.path(), "--patience", "4"}).code, 0) << "the first goes well";
}

TEST(Grade, RefusesSeedsThatMakeNoSense) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--seed", "0"}, {"--seed", "x"}, {"--seeds", "0"}, {"--seed", "2", "--seeds", "3"}}) {
    std::vector<std::string> all{"grade", "01_1"};
    all.insert(all.end(), words.begin(), words.end());
    const auto seen = learn(all);
    EXPECT_EQ(seen.code, 2) << testing::PrintToString(words);
    EXPECT_NE(seen.errors.find(words[0]), std::string::npos) << seen.errors;
  }
}

TEST(Grade, ShowsACompilerErrorAndGivesNoPoints) {
  const State state;
  const tidy::TemporaryFile broken{"broken.cpp", "int run_all( {\n"};
  const auto seen = learn({"grade", "01_1", "--file", broken.path()});
  EXPECT_EQ(seen.code, 1);
  EXPECT_NE(seen.output.find("does not compile"), std::string::npos);
  EXPECT_NE(seen.output.find("broken.cpp:1"), std::string::npos) << seen.output;
}

TEST(Grade, NeedsAFileThatIsThere) {
  const auto seen = learn({"grade", "01_1", "--file", "/no/such/file.cpp"});
  EXPECT_NE(seen.code, 0);
  EXPECT_NE(seen.errors.find("/no/such/file.cpp"), std::string::npos);
  EXPECT_EQ(learn({"grade", "--file", solution("01_1_endings")}).code, 2) << "which exercise?";
}

TEST(Hint, NeedsAVerdictFirst) {
  const State state;
  const auto seen = learn({"hint", "01_1"});
  EXPECT_EQ(seen.code, 1);
  EXPECT_NE(seen.output.find("./learn grade 01_1"), std::string::npos);
}

TEST(Hint, GoesOnStepByStepForTheCheckThatFails) {
  const State state;
  fs::create_directories(tidy::folder() + "/state");
  std::ofstream{tidy::folder() + "/state/progress.json"}
      << R"({"failing_checks": {"01_1_endings": ["signals", "together"]}})";
  const auto first = learn({"hint", "01_1"}), second = learn({"hint", "01_1"}), third = learn({"hint", "01_1"});
  EXPECT_NE(first.output.find("signals · hint 1 of 2"), std::string::npos) << first.output;
  EXPECT_NE(second.output.find("signals · hint 2 of 2"), std::string::npos) << second.output;
  EXPECT_EQ(third.output, second.output);
  EXPECT_NE(first.output, second.output);
}

TEST(Status, SaysWhatComesNext) {
  const State state;
  EXPECT_NE(learn({}).output.find("then ./learn run 01"), std::string::npos);
  fs::create_directories(tidy::folder() + "/state");
  std::ofstream{tidy::folder() + "/state/progress.json"}
      << R"({"chapters_run": ["01_process"], "best_points": {"01_1_endings": 100}})";
  EXPECT_NE(learn({}).output.find("next: ./learn grade 01_2"), std::string::npos);
  std::ofstream{tidy::folder() + "/state/progress.json"} << "this is no progress";
  EXPECT_NE(learn({}).output.find("then ./learn run 01"), std::string::npos);
}

TEST(Doctor, SaysWhatThereIs) {
  const auto seen = learn({"doctor"});
  EXPECT_EQ(seen.code, 0);
  for (const char* part : {"compiler", "processors", "/dev/shm", "namespaces", "sanitizers"})
    EXPECT_NE(seen.output.find(part), std::string::npos) << part;
}
