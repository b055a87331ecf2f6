// The harness: what it measures, what it says of wrong answers, crashes and hangs, and how that looks.
#include "common/side_by_side/side_by_side.hpp"

#include <nlohmann/json.hpp>

#include <sys/wait.h>

#include <csignal>
#include <sstream>
#include <thread>

#include "01_process/process.hpp"
#include "common/descriptor.hpp"
#include "common/learn/show.hpp"
#include "common/learn/terminal.hpp"
#include "common/process_tree.hpp"
#include "common/raw_array.hpp"
#include "common/workloads.hpp"
#include "tests/support/tidy.hpp"

using namespace std::chrono_literals;
using mp::Kind;

namespace {

struct Program {
  tidy::Ended ended;
  nlohmann::json json;
  std::string svg;
};

/// A program of the course, in a child of its own: `fill` adds its variants.
Program program(const std::function<void(mp::SideBySide&)>& fill, std::vector<std::string> options = {}) {
  const tidy::TemporaryFile json{"out.json", ""}, svg{"out.svg", ""};
  const auto ended = tidy::in_child([&] {
    std::vector<std::string> words{"program", "--json", json.path(), "--svg", svg.path(), "--rounds", "2"};
    words.insert(words.end(), options.begin(), options.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    mp::SideBySide run{static_cast<int>(argv.size()), argv.data(), "99_test", "program"};
    run.workload("testing <the> harness & more");
    fill(run);
    return run.report();
  });
  const auto text = mp::read_text(json.path()).value_or("");
  return {ended, text.empty() ? nlohmann::json{} : nlohmann::json::parse(text).at(0),
          mp::read_text(svg.path()).value_or("")};
}

std::string burn() { return std::to_string(mp::sum_below(20'000'000)); }

void burn_task(int i) {
  const mp::Span span{i};
  mp::sum_below(5'000'000);
}

}  // namespace

TEST(SideBySide, TellsTheContractsFieldsOfEachVariant) {
  const auto [ended, json, svg] = program([](auto& run) {
    run.add({"serial", Kind::serial}, burn);
    run.add({"2 threads", Kind::threads, 2}, burn);
  });
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(json.at("chapter"), "99_test");
  EXPECT_EQ(json.at("program"), "program");
  EXPECT_GE(json.at("cpus").get<int>(), 1);
  ASSERT_EQ(json.at("variants").size(), 2U);
  const auto& threads = json["variants"][1];
  EXPECT_EQ(threads.at("name"), "2 threads");
  EXPECT_EQ(threads.at("kind"), "threads");
  EXPECT_EQ(threads.at("workers"), 2);
  EXPECT_EQ(threads.at("correct"), true);
  EXPECT_EQ(threads.at("wrong_on_purpose"), false);
  EXPECT_EQ(threads.at("answer"), json["variants"][0].at("answer"));
  EXPECT_GT(threads.at("wall_seconds").get<double>(), 0);
  EXPECT_GT(threads.at("cpu_seconds").get<double>(), 0);
  EXPECT_GT(threads.at("speedup").get<double>(), 0);
  EXPECT_GT(threads.at("peak_memory_kib").get<long>(), 0);
  EXPECT_GE(threads.at("context_switches").get<long>(), 0);
  EXPECT_GE(threads.at("spread").get<double>(), 0);
}

TEST(SideBySide, ShowsAWrongAnswerAsWrongAndFails) {
  const auto wrong = program([](auto& run) {
    run.add({"serial", Kind::serial}, [] { return "1"; });
    run.add({"threads", Kind::threads, 2}, [] { return "2"; });
  });
  EXPECT_EQ(wrong.ended.code, 1);
  EXPECT_EQ(wrong.json["variants"][1].at("correct"), false);
  EXPECT_NE(wrong.ended.output.find("WRONG"), std::string::npos);
  const auto meant = program([](auto& run) {
    run.add({"serial", Kind::serial}, [] { return "1"; });
    run.add({"threads", Kind::threads, 2, true}, [] { return "2"; });
  });
  EXPECT_EQ(meant.ended.code, 0);
  EXPECT_NE(meant.ended.output.find("wrong, on purpose"), std::string::npos);
}

TEST(SideBySide, OutlivesCrashesExceptionsAndHangs) {
  const auto [ended, json, svg] = program([](auto& run) {
    run.limit(300ms);
    run.expect("fine");
    run.add({"crash", Kind::serial, 1, true}, []() -> std::string { mp::crash(); });
    run.add({"throw", Kind::serial, 1, true}, []() -> std::string { throw std::runtime_error{"oh"}; });
    run.add({"exit", Kind::serial, 1, true}, []() -> std::string { ::_exit(3); });
    run.add({"hang", Kind::processes, 1, true}, []() -> std::string {
      if (::fork() == 0) mp::never_end();
      mp::never_end();
    });
    run.add({"fine", Kind::serial}, [] { return "fine"; });
  });
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(json["variants"][0].at("answer"), "killed by SIGSEGV (Segmentation fault), all answers lost");
  EXPECT_EQ(json["variants"][1].at("answer"), "std::runtime_error: oh");
  EXPECT_EQ(json["variants"][2].at("answer"), "ended early, exit code 3");
  EXPECT_EQ(json["variants"][3].at("answer"), "still not done after 0.3 s");
  EXPECT_EQ(json["variants"][4].at("correct"), true);
}

TEST(SideBySide, CountsMemoryAndTimeOfAllProcesses) {
  const mp::RawArray<std::atomic<int>> filled{2};
  const auto work = [=](int workers) {
    std::vector<char> big(64 << 20, 'x');
    for (++filled[workers - 1]; filled[workers - 1] < workers; ::usleep(1000)) continue;  // all are there at once
    for (const mp::Deadline end{250ms}; !end.passed(); mp::sum_below(1000)) continue;
    return std::to_string(big[1 << 20]);
  };
  const auto [ended, json, svg] = program([&](auto& run) {
    run.add({"serial", Kind::serial}, [&] { return work(1); });
    run.add({"2 processes", Kind::processes, 2}, [&] {
      filled[1] = 0;
      mp::Process a{[&] { work(2); }}, b{[&] { work(2); }};
      a.start(), b.start();
      a.join(), b.join();
      return std::to_string('x');
    });
  });
  EXPECT_EQ(ended.code, 0);
  EXPECT_GT(json["variants"][0].at("peak_memory_kib").get<long>(), 64 << 10);
  EXPECT_GT(json["variants"][1].at("peak_memory_kib").get<long>(), 128 << 10);
  EXPECT_GT(json["variants"][1].at("cpu_seconds").get<double>(), 0.2);
}

TEST(SideBySide, RecordsSpansFromThreadsForkedAndSpawnedProcesses) {
  const auto [ended, json, svg] = program([](auto& run) {
    run.add({"serial", Kind::serial}, [] {
      burn_task(0), burn_task(1);
      return "done";
    });
    run.add({"threads", Kind::threads, 2}, [] {
      std::jthread a{burn_task, 0}, b{burn_task, 1};
      return "done";
    });
    run.add({"fork", Kind::processes, 1}, [] {
      mp::Process a{burn_task, 0};
      a.start();
      return "done";
    });
    run.add({"spawn", Kind::processes, 1}, [] {
      mp::Process a{mp::start::spawn, mp::fn<burn_task>, 0};
      a.start();
      return "done";
    });
  });
  std::map<std::string, std::set<std::string>> lanes;
  for (const auto& span : json.at("spans")) {
    lanes[span.at("variant")].insert(span.at("lane"));
    EXPECT_LT(span.at("start").get<double>(), span.at("finish").get<double>());
    EXPECT_GE(span.at("start").get<double>(), 0);
  }
  EXPECT_EQ(lanes["serial"].size(), 1U);
  EXPECT_EQ(lanes["threads"].size(), 2U);
  EXPECT_EQ(lanes["fork"].size(), 1U);
  EXPECT_EQ(lanes["spawn"].size(), 1U);
  EXPECT_TRUE(lanes["threads"].begin()->starts_with("thread "));
  EXPECT_TRUE(lanes["spawn"].begin()->starts_with("pid "));
}

TEST(SideBySide, FitsEightyColumnsWithoutColourWhereNobodyLooks) {
  const auto [ended, json, svg] = program([](auto& run) {
    run.workload(std::string(200, 'w'));
    run.add({std::string(60, 'n'), Kind::serial}, [] {
      burn_task(123);
      return std::string(300, 'a');
    });
    for (int i = 0; i < 9; ++i)
      run.add({"variant " + std::to_string(i), Kind::threads, 2}, [] {
        burn_task(0);
        return std::string(300, 'a');
      });
  });
  std::istringstream lines{ended.output};
  for (std::string line; std::getline(lines, line);) EXPECT_LE(mp::columns(line), 80U) << line;
  EXPECT_EQ(ended.output.find('\033'), std::string::npos);
  EXPECT_EQ(ended.errors, "") << "progress is for terminals";
}

TEST(SideBySide, PaintsOnATerminalUnlessNoColorIsSet) {
  for (const bool refused : {false, true}) {
    const auto seen = tidy::run_program({"script", "-qec",
                                         std::string{refused ? "NO_COLOR=1 " : "NO_COLOR= "} + tidy::build() +
                                             "/chapters/01_process/loop_sums --rounds 1",
                                         "/dev/null"});
    EXPECT_EQ(seen.output.find("\033[1m") == std::string::npos, refused);
    EXPECT_NE(seen.output.find("measuring"), std::string::npos) << "progress, on a terminal";
  }
}

TEST(SideBySide, DrawsAPictureThatIsWellFormed) {
  const auto [ended, json, svg] = program([](auto& run) {
    run.add({"a < b & c", Kind::serial}, [] {
      burn_task(0);
      return "x";
    });
  });
  const tidy::TemporaryFile file{"picture.svg", svg};
  const auto checked =
      tidy::run_program({"python3", "-c", "import sys,xml.dom.minidom as m; m.parse(sys.argv[1])", file.path()});
  EXPECT_EQ(checked.code, 0) << checked.errors;
  EXPECT_NE(svg.find("a &lt; b &amp; c"), std::string::npos);
}

TEST(SideBySide, DrawsCurvesAlongARowOfSizes) {
  const auto [ended, json, svg] = program([](auto& run) {
    run.across("bytes in a message");
    for (const double size : {64.0, 4096.0, 1048576.0})
      for (const char* name : {"one way", "<another>"})
        run.add({.name = name, .kind = Kind::processes, .operations = 1000, .at = size}, [=] {
          mp::sum_below(static_cast<long>(size) * (*name == 'o' ? 10 : 30));
          return std::string{"done"};
        });
  });
  EXPECT_EQ(ended.code, 0) << ended.errors;
  ASSERT_EQ(json.at("variants").size(), 6U);
  EXPECT_EQ(json.at("variants")[2].at("at"), 4096);
  EXPECT_EQ(json.at("variants")[2].at("operations"), 1000);
  for (const char* part : {"4 Ki", "1 Mi", "  a one way", "  b <another>", "bytes in a message; both scales",
                           "a capital: the best of its curve"})
    EXPECT_NE(ended.output.find(part), std::string::npos) << part << "\n" << ended.output;
  std::istringstream lines{ended.output};
  for (std::string line; std::getline(lines, line);) EXPECT_LE(mp::columns(line), 80U) << line;
  EXPECT_NE(svg.find("<polyline"), std::string::npos);
  EXPECT_NE(svg.find(", the best</title>"), std::string::npos);
  EXPECT_NE(svg.find("&lt;another&gt;"), std::string::npos);
  EXPECT_TRUE(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
}

TEST(SideBySide, SaysWhatAnOperationTakes) {
  for (const auto& [seconds, text] :
       {std::pair{2.5e-9, "2.5 ns"}, {3.2e-6, "3.2 µs"}, {151.6e-6, "152 µs"}, {0.042, "42.0 ms"}, {0.1, "0.10 s"}})
    EXPECT_EQ(mp::time_text(seconds), text);
  for (const auto& [n, text] : {std::pair{64.0, "64"}, {4096.0, "4 Ki"}, {1048576.0, "1 Mi"}})
    EXPECT_EQ(mp::size_text(n), text);
}

TEST(SideBySide, RefusesOptionsThatMakeNoSense) {
  for (const auto& bad : {"--rounds=0", "--rounds=x", "--workers=-1", "--scale=huge", "--nonsense", "stray"}) {
    const auto [ended, json, svg] = program(
        [](auto& run) {
          run.add({"serial", Kind::serial}, [] { return "x"; });
        },
        {bad});
    EXPECT_EQ(ended.code, 2) << bad;
    EXPECT_NE(ended.errors, "") << bad;
  }
}

TEST(SideBySide, SaysWhatItCannotWriteBeforeItMeasures) {
  const auto ended = tidy::in_child([&] {
    std::string words[] = {"program", "--json", "/no/such/folder/file"};
    char* argv[] = {words[0].data(), words[1].data(), words[2].data()};
    mp::SideBySide run{3, argv, "99_test", "program"};
    return 0;
  });
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.errors.find("/no/such/folder/file"), std::string::npos) << ended.errors;
}

/// A program whose two workers never end, once they both run; their pids go to `workers`.
tidy::Background measuring_without_end(const mp::RawArray<std::atomic<pid_t>>& workers) {
  return tidy::Background{[&] {
    char name[] = "program";
    char* argv[] = {name};
    mp::main_guard(1, argv);
    mp::SideBySide run{1, argv, "99_test", "program"};
    run.add({"2 processes", Kind::processes, 2}, [&]() -> std::string {
      mp::Process a{mp::never_end}, b{mp::never_end};
      a.start(), b.start();
      workers[0] = a.pid();
      workers[1] = b.pid();
      mp::never_end();
    });
    return run.report();
  }};
}

/// All of them, and those that lost their parent came to us.
bool all_end() {
  return tidy::eventually([] {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
    return mp::descendants(::getpid()).empty();
  });
}

TEST(SideBySide, TakesItsWorkersAlongWhenItIsInterrupted) {
  const mp::RawArray<std::atomic<pid_t>> workers{2};
  auto measuring = measuring_without_end(workers);
  ASSERT_TRUE(tidy::eventually([&] { return workers[1] != 0; }));
  measuring.signal(SIGINT);
  const auto seen = measuring.wait();
  EXPECT_EQ(seen.code, -SIGINT);
  EXPECT_EQ(std::count(seen.errors.begin(), seen.errors.end(), 'I'), 1) << "one message: " << seen.errors;
  EXPECT_TRUE(all_end());
}

// As when it is interrupted before it knows whom it has started.
TEST(SideBySide, TakesItsWorkersAlongWhenItCannotSaySo) {
  const mp::RawArray<std::atomic<pid_t>> workers{2};
  auto measuring = measuring_without_end(workers);
  ASSERT_TRUE(tidy::eventually([&] { return workers[1] != 0; }));
  measuring.signal(SIGKILL);
  EXPECT_EQ(measuring.wait().code, -SIGKILL);
  EXPECT_TRUE(all_end());
}

TEST(Trace, HasTheFieldsThatPerfettoReads) {
  const tidy::TemporaryFile file{"out.trace", ""};
  const auto seen = program(
      [](auto& run) {
        run.add({"serial", Kind::serial}, [] { return burn_task(7), burn(); });
        run.add({"2 processes", Kind::processes, 2}, [] { return burn_task(8), burn(); });
      },
      {"--trace", file.path()});
  EXPECT_EQ(seen.ended.code, 0) << seen.ended.errors;
  const auto trace = nlohmann::json::parse(mp::read_text(file.path()).value());
  std::map<int, std::string> processes, tasks;
  for (const auto& event : trace.at("traceEvents")) {
    ASSERT_TRUE(event.at("pid").is_number_integer() && event.at("tid").is_number_integer()) << event;
    if (event.at("ph") == "M" && event.at("name") == "process_name") processes[event.at("pid")] = event["args"]["name"];
    if (event.at("ph") != "X") continue;
    tasks[event.at("pid")] = event.at("name");
    EXPECT_GE(event.at("ts").get<double>(), 0);
    EXPECT_GT(event.at("dur").get<double>(), 0);
  }
  EXPECT_EQ(processes, (std::map<int, std::string>{{1, "serial"}, {2, "2 processes"}}));
  EXPECT_EQ(tasks, (std::map<int, std::string>{{1, "task 7"}, {2, "task 8"}}));
}

TEST(Trace, IsRefusedBeforeAnythingIsMeasured) {
  const auto seen = program([](auto& run) { run.add({"serial", Kind::serial}, burn); }, {"--trace", "/nowhere/file"});
  EXPECT_EQ(seen.ended.code, 2);
  EXPECT_NE(seen.ended.errors.find("cannot write /nowhere/file"), std::string::npos) << seen.ended.errors;
}

namespace {

/// A program that is told `typed` on its standard input.
tidy::Ended guessing(const std::string& typed, bool draws_curves = false) {
  const tidy::TemporaryFile input{"typed", typed};
  return program(
             [&](auto& run) {
               (void)!std::freopen(input.path().c_str(), "r", stdin);
               if (draws_curves) run.across("bytes");
               const double at = draws_curves ? 1 : 0;
               run.add({.name = "serial", .kind = Kind::serial, .at = at}, burn);
               run.add({.name = "2 processes", .kind = Kind::processes, .workers = 2, .at = at}, burn);
             },
             {"--predict"})
      .ended;
}

}  // namespace

TEST(Predict, AsksFirstAndComparesTheGuessWithWhatCameAndTheBound) {
  const auto seen = guessing("1.5\n");
  EXPECT_EQ(seen.code, 0) << seen.errors;
  EXPECT_TRUE(seen.output.starts_with("How many times faster than 'serial' will '2 processes' be? ")) << seen.output;
  EXPECT_NE(seen.output.find("your guess  1.50 times faster\n  the run     "), std::string::npos) << seen.output;
  EXPECT_NE(seen.output.find("2 workers, "), std::string::npos) << seen.output;
}

TEST(Predict, RefusesWhatIsNoNumberBeforeAnythingIsMeasured) {
  for (const char* typed : {"fast\n", "", "2 times\n", "nan\n", "-1\n"}) {
    const auto seen = guessing(typed);
    EXPECT_EQ(seen.code, 1) << typed;
    EXPECT_NE(seen.errors.find("is no number. Type one, such as 1.5"), std::string::npos) << seen.errors;
    EXPECT_EQ(seen.output.find("medians"), std::string::npos) << "it was measured";
  }
}

TEST(Predict, GoesOnWhereThereIsNothingToGuess) {
  const auto seen = guessing("", true);
  EXPECT_EQ(seen.code, 0) << seen.errors;
  EXPECT_NE(seen.output.find("nothing to guess"), std::string::npos) << seen.output;
}
