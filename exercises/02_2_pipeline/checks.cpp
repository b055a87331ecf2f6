// The checks of exercise 02_2. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <stdexcept>

#include "common/clock.hpp"
#include "common/raw_array.hpp"
#include "exercises/grader/original.hpp"
#include "exercises/grader/subject.hpp"

using Stage = std::function<std::string(const std::string&)>;
std::vector<std::string> run_pipeline(const std::vector<std::string>& inputs, const std::vector<Stage>& stages);

namespace {

Stage append(char mark) {
  return [mark](const std::string& text) { return text + mark; };
}

std::vector<std::string> numbers(int n) {
  std::vector<std::string> all;
  for (int i = 0; i < n; ++i) all.push_back(std::to_string(i));
  return all;
}

/// Reports the results, or that there was an error.
void report(const std::vector<std::string>& inputs, const std::vector<Stage>& stages) {
  try {
    grader::report("results", run_pipeline(inputs, stages));
  } catch (const std::runtime_error&) {
    grader::report("error", 0);
  }
}

bool is_watched = false;

/// Reports how the process that calls it ends: by exit, by _exit, or not at all.
std::string watched(const std::string& text) {
  static const int registered = std::atexit([] { grader::report("ended", 0); });
  is_watched = true;
  return text + static_cast<char>('0' + registered);
}

}  // namespace

/// The C library's; a process may leave by it.
extern "C" __attribute__((noreturn)) void _exit(int code) {
  static const auto original = grader::original<void(int)>("_exit");
  if (is_watched) grader::report("ended", 0);
  original(code);
  __builtin_unreachable();
}

/// A stage for each mark, and so many texts, each as long as its number.
SCENARIO(results) {
  std::vector<Stage> stages;
  for (const char mark : grader::argument(0)) stages.push_back(append(mark));
  std::vector<std::string> inputs;
  for (int i = grader::number(1); i-- > 0;) inputs.emplace_back(static_cast<std::size_t>(i), 'x');
  report(inputs, stages);
}

/// A stage that makes one of the texts an empty one, and one that does nothing.
SCENARIO(empties) {
  const auto one = grader::argument(0);
  report(numbers(4), {[=](const std::string& text) { return text == one ? "" : text; }, std::identity{}});
}

SCENARIO(own_process) {
  std::vector<Stage> stages;
  for (int s = 0; s < 3; ++s)
    stages.push_back([s](const std::string& text) {
      grader::report("stage", s);  // and the kernel says which process reports it
      return text;
    });
  report(numbers(5), stages);
}

/// The first stage waits with the third text, the second with the second, the last with the first, until all do.
SCENARIO(together) {
  static const mp::RawArray<std::atomic<int>> inside{1};
  const auto meet_with = [](const std::string& mine) {
    return [mine](const std::string& text) {
      if (text != mine) return text;
      ++inside[0];
      const mp::Deadline end{mp::Seconds{3}};
      while (inside[0] < 3 && !end.passed()) ::usleep(200);
      if (inside[0] < 3) inside[0] = 1000;  // nobody else need wait in vain
      return inside[0] < 1000 ? text : "alone";
    };
  };
  report(numbers(5), {meet_with("2"), meet_with("1"), meet_with("0")});
}

SCENARIO(ends) { report(numbers(5), {watched, watched, watched}); }

SCENARIO(full) {
  const auto long_text = [](const std::string& text) { return text.substr(0, 1) + std::string(5'000, 'x'); };
  try {
    const auto results = run_pipeline(std::vector<std::string>(2'000, std::string(5'000, 'y')), {long_text, long_text});
    grader::report("count", static_cast<int>(results.size()));
  } catch (const std::runtime_error&) {
    grader::report("error", 0);
  }
}

SCENARIO(broken) {
  const std::string how = grader::argument(0);
  const int where = std::stoi(grader::argument(1)), inputs = std::stoi(grader::argument(2));
  const std::string bad = grader::argument(3);
  std::vector<Stage> stages;
  for (int s = 0; s < 3; ++s)
    stages.push_back([=](const std::string& text) {
      if (s == where && text.starts_with(bad)) {
        if (how == "throws") throw std::invalid_argument{"not this text"};
        if (how == "throws a std::runtime_error") throw std::runtime_error{"not this text"};
        ::signal(SIGKILL, SIG_DFL);
        ::kill(::getpid(), SIGKILL);
      }
      return text + std::string(2'000, '.');
    });
  report(numbers(inputs), stages);
}

#else

#include <map>
#include <set>

#include "exercises/grader/judge.hpp"

using grader::Run;
using grader::submission;
using grader::varied;
using Texts = std::vector<std::string>;

CHECK(results, 20, "what comes out of the last stage, in order: for one stage or five, for no input at all") {
  const auto marks = grader::shuffled(std::vector{'1', '2', '3', '!', '?'});
  for (const auto& [stages, n] : {std::pair{3, varied(3, 5)}, {1, 2}, {5, 1}, {2, 0}}) {
    const std::string all(marks.begin(), marks.begin() + stages);
    Texts due;
    for (int i = n; i-- > 0;) due.push_back(std::string(static_cast<std::size_t>(i), 'x') + all);
    EXPECT_EQ(submission("results", {all, std::to_string(n)}).value<Texts>("results"), due)
        << n << " texts, the last of them empty, through stages that append a character each";
  }
  const int empty = varied(0, 3);
  Texts due{"0", "1", "2", "3"};
  due[static_cast<std::size_t>(empty)].clear();
  EXPECT_EQ(submission("empties", {std::to_string(empty)}).value<Texts>("results"), due)
      << "of four texts one comes out of the first stage empty: that is no end";
}

CHECK(own_process, 15, "each stage in a process of its own, the same for all texts") {
  const auto run = submission("own_process");
  ASSERT_EQ(run.value<Texts>("results").size(), 5U) << "five texts through three stages";
  std::map<int, std::set<pid_t>> processes;
  for (const auto& report : run.reports)
    if (report.key == "stage") {
      mp::Decoder in{mp::Message{report.value, {}}};
      processes[mp::decode<int>(in)].insert(report.from);
    }
  std::set<pid_t> all;
  for (const auto& [stage, pids] : processes) {
    EXPECT_EQ(pids.size(), 1U) << "processes that ran stage " << stage << ", for five texts";
    EXPECT_FALSE(pids.contains(run.subject)) << "a stage ran in the process that called run_pipeline";
    all.insert(pids.begin(), pids.end());
  }
  EXPECT_EQ(all.size(), 3U) << "processes for three stages";
}

CHECK(together, 15, "the stages work at the same time, on different texts") {
  EXPECT_EQ(submission("together").value<Texts>("results"), (Texts{"0", "1", "2", "3", "4"}))
      << "each stage waited, with a text of its own, for the others: alone means that it waited in vain";
}

CHECK(ends, 15, "when the input ends, so does each stage, by itself") {
  const auto run = grader::shaken("ends");
  ASSERT_TRUE(grader::came_to_its_end(run)) << "is a copy of some pipe's writing end still open somewhere? Then its "
                                               "reader waits for more";
  EXPECT_EQ(run.value<Texts>("results").size(), 5U);
  std::set<pid_t> ended;
  for (const auto& report : run.reports)
    if (report.key == "ended" && report.from != run.subject) ended.insert(report.from);
  EXPECT_EQ(ended.size(), 3U) << "stages that ended by themselves, by exit, of three";
}

CHECK(full, 15, "more texts than the pipes hold: nobody stands still") {
  const auto run = submission("full");
  ASSERT_TRUE(grader::came_to_its_end(run)) << "2,000 texts of 5,000 bytes are more than the pipes hold: take results "
                                               "while you send";
  EXPECT_EQ(run.value<int>("count"), 2000) << "results";
}

CHECK(broken, 10, "a stage that throws or is killed: an error, no endless wait") {
  const int bad = varied(0, 3);
  for (const char* how : {"throws", "throws a std::runtime_error", "killed"})
    for (const char* where : {"0", "1", "2"})
      for (const char* inputs : {"5", "500"}) {
        const auto run = submission("broken", {how, where, inputs, std::to_string(bad)});
        ASSERT_TRUE(grader::came_to_its_end(run)) << "stage " << where << " of 0 to 2 " << how << " at text " << bad;
        EXPECT_EQ(run.values<int>("error").size(), 1U)
            << "stage " << where << " of 0 to 2 " << how << " at text " << bad << ": run_pipeline should throw a "
            << "std::runtime_error";
      }
}

CHECK(nothing_left, 10, "no zombie, process or descriptor remains, whatever happens") {
  ASSERT_EQ(submission("results", {"123", "3"}).value<Texts>("results").size(), 3U)
      << "there was no pipeline to clear away";
  EXPECT_TRUE(grader::left_nothing(submission("results", {"123", "3"}))) << "after three texts through three stages";
  EXPECT_TRUE(grader::left_nothing(submission("broken", {"killed", "1", "500", "2"})))
      << "after a stage was killed: let go of the pipes, then wait for all that you started";
}

#endif
