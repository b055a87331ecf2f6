// The checks of exercise 05_4. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <sstream>

#include "05_pool/pool.hpp"
#include "exercises/grader/stage.hpp"

// The submission's.
struct Line {
  std::string handler;
  double value = 0;
};
struct Report {
  std::string runner;
  std::vector<Line> lines = {};
  std::string error = {};
};
using Counts = std::map<std::string, long>;
struct Results {
  std::vector<Report> reports;
  Counts counts;
};
struct Bench {
  using Bytes = std::vector<std::byte>;
  virtual ~Bench() = default;
  virtual void adds(const std::string& name, double most, double by) = 0;
  virtual void multiplies(const std::string& name, double most, double by) = 0;
  virtual void cuts(const std::string& name, double most, double low, double high) = 0;
  virtual void runs(const std::string& name, double start, int rounds) = 0;
  virtual Results run_all(int workers, mp::StartBy start) = 0;
  virtual std::string what_stops_a_handler() const = 0;
  virtual std::string what_stops_a_runner() const = 0;
  virtual Bytes bytes() const = 0;
  virtual void replace(Bytes message) = 0;
};
std::unique_ptr<Bench> bench();

// Brought by us, and called in any process.
double add(double x, double by);
double multiply(double x, double by);
double cut(double x, double low, double high);

namespace {

const bool can_spawn = (grader::first_in_main = mp::main_guard, true);

using grader::number;

constexpr double unlimited = std::numeric_limits<double>::infinity();

// ---- what is to be run, and what must come of it ----

struct Step {
  char act;  // + * or |
  std::string name;
  double most, a, b = 0;
};
struct Plan {
  std::string name;
  double start;
  int rounds;
  std::vector<Step> steps;
};
using Plans = std::vector<Plan>;

/// Of neither of the two families that the standard library's errors are of.
struct TooFar : std::exception {
  const char* what() const noexcept override { return "too far to add"; }
};

double made_by(const Step& step, double x) {
  if (step.act == '+' && step.a >= 1e9) throw TooFar{};
  if (step.act == '+') return x + step.a;
  if (step.act == '|') {
    if (step.a > step.b) throw std::invalid_argument{fmt::format("nothing is between {} and {}", step.a, step.b)};
    return std::clamp(x, step.a, step.b);
  }
  if (const double product = x * step.a; product * 0 == 0) return product;
  throw std::overflow_error{fmt::format("{} * {} is too large", x, step.a)};
}

Report due(const Plan& plan, Counts& counts) {
  Report report{plan.name};
  try {
    double x = plan.start;
    for (int round = 0; round < plan.rounds; ++round)
      for (const Step& step : plan.steps) {
        ++counts[step.name];
        x = made_by(step, x);
        if (x > step.most) throw std::out_of_range{step.name + ": that is too much"};
        report.lines.push_back({step.name, x});
      }
  } catch (const std::exception& error) {
    report.error = error.what();
  }
  return report;
}
Results due(const Plans& plans) {
  Results all;
  for (const Plan& plan : plans) all.reports.push_back(due(plan, all.counts));
  return all;
}

std::unique_ptr<Bench> bench_with(const Plans& plans) {
  auto made = bench();
  for (const Plan& plan : plans) {
    for (const Step& step : plan.steps) {
      if (step.act == '+') made->adds(step.name, step.most, step.a);
      if (step.act == '*') made->multiplies(step.name, step.most, step.a);
      if (step.act == '|') made->cuts(step.name, step.most, step.a, step.b);
    }
    made->runs(plan.name, plan.start, plan.rounds);
  }
  return made;
}

// ---- in words ----

std::string quoted(const std::string& text) {
  std::string all = "\"";
  for (const char c : text) all += c == '\n' ? "\\n" : c == '\0' ? "\\0" : std::string{c};
  return all + '"';
}
std::string told(const Report& report) {
  std::string all = "run " + quoted(report.runner) + ":";
  for (const Line& line : report.lines) all += fmt::format(" {} {},", quoted(line.handler), line.value);
  return all + (report.error.empty() ? " no error" : " error " + quoted(report.error));
}
std::vector<std::string> told(const std::vector<Report>& reports) {
  std::vector<std::string> all;
  for (const Report& report : reports) all.push_back(told(report));
  return all;
}
std::vector<std::string> told(const Counts& counts) {
  std::vector<std::string> all;
  for (const auto& [name, n] : counts) all.push_back(fmt::format("{} was called {}", quoted(name), n));
  return all;
}
void tell(const std::string& key, const Results& results) {
  grader::report(key, told(results.reports));
  grader::report(key + " counts", told(results.counts));
}

// ---- in the workers ----

pid_t caller = 0;         // who called run_all, if nothing may be computed there
int must_meet = 0;        // so many processes, each in its first call
int calls_of_others = 0;  // before a call that is held up may return
const grader::Counters marks{3}, others{16};
std::atomic<int>&here = marks[0], &called_by_others = marks[1], &number_of_others = marks[2];
constexpr double holds_up = 0.03125;  // an addend that tells the call

void meet() {
  static bool has_met = false;
  if (must_meet == 0 || std::exchange(has_met, true)) return;
  ++here;
  if (grader::reaches(here, must_meet)) return;
  grader::trouble(fmt::format(
      "{} of {} workers came to their first call, and waited there for the others in vain (2 s are enough for any that "
      "are on their way). Are all runs given to the pool before you wait for the first, and each by itself?",
      here.load(), must_meet));
}

/// Until all others are done, and their results had the chance to arrive.
void hold_up() {
  (void)grader::becomes([] { return called_by_others >= calls_of_others; }, mp::Seconds{5});
  const auto all_rest = [] {
    return grader::rests(caller) &&
           std::all_of(others.begin(), others.begin() + number_of_others, [](pid_t pid) { return grader::rests(pid); });
  };
  grader::let_them_try(
      all_rest, [] { return false; }, 50);
}
void count_as_other() {
  static bool is_known = false;
  if (!std::exchange(is_known, true)) others[number_of_others++ % 16] = ::getpid();
  ++called_by_others;
}

void called(const char* name, bool is_held_up = false) {
  if (caller == ::getpid()) {
    grader::trouble(fmt::format("{} was called in the process that called run_all, not in a worker of the pool", name));
    return;
  }
  grader::report("called", caller != 0);  // by a copy of the caller? And the kernel says by whom
  meet();
  is_held_up ? hold_up() : count_as_other();
}

void run_in_pool(const Plans& plans, int workers, mp::StartBy start = mp::StartBy::fork) try {
  const auto made = bench_with(plans);
  caller = ::getpid();
  const auto results = made->run_all(workers, start);
  caller = 0;
  tell("due", due(plans));
  tell("got", results);
} catch (const std::exception& error) {
  grader::trouble(std::string{"run_all threw: "} + error.what());
}

/// Nothing out of the ordinary: so many runs.
Plans ordinary(int n) {
  Plans plans;
  for (int i = 0; i < n; ++i)
    plans.push_back({fmt::format("run {}", i),
                     i + 0.5,
                     2,
                     {{'+', "more", 1e6, 1.0 + i}, {'*', "times", 1e6, -1.5}, {'|', "within", 1e6, -20, 30}}});
  return plans;
}

// ---- messages ----

/// Nothing that anybody would expect. Each value differs from all others and from what is there by default.
Plan odd() {
  return {"run|1;2\n\"3\"",
          -0.1,
          3,
          {{'*', "", 1e300, -1.0000000000000002},
           {'+', std::string{"a b\0c|,;\n", 10}, 7.3, 1e-17},
           {'|', "r\xc3\xa4nge", 1.5, -1e-300, 0.30000000000000004}}};
}

/// What makes another plan of the odd one, and changes nothing else.
using Change = std::pair<std::string, void (*)(Plan&)>;
const Change changes[] = {
    {"the name of the runner", [](Plan& p) { p.name += "|"; }},
    {"the start of the runner", [](Plan& p) { p.start = 0.1; }},
    {"the start of the runner, and that in the last bit,", [](Plan& p) { p.start = -0.10000000000000002; }},
    {"the rounds of the runner", [](Plan& p) { p.rounds = 4; }},
    {"the number of handlers", [](Plan& p) { p.steps.pop_back(); }},
    {"the order of the handlers", [](Plan& p) { std::swap(p.steps[0], p.steps[2]); }},
    {"the name of a handler", [](Plan& p) { p.steps[0].name = "\n"; }},
    {"what a handler does (to add or to multiply)", [](Plan& p) { p.steps[1].act = '*'; }},
    {"the `most` of a handler", [](Plan& p) { p.steps[1].most = 7.4; }},
    {"the `by` of a handler that adds", [](Plan& p) { p.steps[1].a = -1e-17; }},
    {"the `by` of a handler that multiplies", [](Plan& p) { p.steps[0].a = -1.0000000000000004; }},
    {"the `low` of a handler that cuts", [](Plan& p) { p.steps[2].a = 1e-300; }},
    {"the `high` of a handler that cuts", [](Plan& p) { p.steps[2].b = 0.3; }},
};

/// What is at that address, where something is; nothing below 4 GiB, for that might as well be a number.
std::string mapped_at(std::uint64_t address) {
  if (address < std::uint64_t{1} << 32) return "";
  std::istringstream maps{mp::read_text("/proc/self/maps").value_or("")};
  for (std::string line; std::getline(maps, line);) {
    const auto from = std::stoull(line, nullptr, 16), to = std::stoull(line.substr(line.find('-') + 1), nullptr, 16);
    if (from <= address && address < to)
      return line.find('[') == std::string::npos ? "the program" : line.substr(line.find('['));
  }
  return "";
}

/// Where a message holds an address of this process.
std::string address_in(const Bench::Bytes& bytes) {
  for (std::size_t i = 0; i + sizeof(std::uint64_t) <= bytes.size(); ++i) {
    std::uint64_t number = 0;
    std::memcpy(&number, &bytes[i], sizeof number);
    if (const auto what = mapped_at(number); !what.empty())
      return fmt::format("{:#x}, an address in {} of the process that made the message", number, what);
  }
  return "";
}

}  // namespace

double add(double x, double by) {
  called("add", by == holds_up);
  return made_by({'+', "", unlimited, by}, x);
}
double multiply(double x, double by) {
  called("multiply");
  return made_by({'*', "", unlimited, by}, x);
}
double cut(double x, double low, double high) {
  called("cut");
  return made_by({'|', "", unlimited, low, high}, x);
}

SCENARIO(picklable) {
  const auto made = bench();
  grader::report("Handler", made->what_stops_a_handler());
  grader::report("Runner", made->what_stops_a_runner());
}

/// Two that differ in one thing must not have one message.
SCENARIO(differs) {
  const auto message = bench_with({odd()})->bytes();
  std::vector<std::string> lost;
  for (const auto& [what, change] : changes) {
    Plan other = odd();
    change(other);
    if (bench_with({other})->bytes() == message) lost.push_back(what);
  }
  grader::report("lost", lost);
  grader::report("address", address_in(message));
}

/// The message becomes runners again when those that it was made of have gone. Twice, and a pool sends them once more:
/// what turns something round would not be seen otherwise.
SCENARIO(comes_back) try {
  Plans plans{odd(), odd()};
  plans[1].name = "second";
  plans[1].rounds = 1;
  plans[1].steps[2].a = plans[1].steps[2].b = -12345.678901234567;
  std::swap(plans[1].steps[0], plans[1].steps[1]);
  auto message = bench_with(plans)->bytes();
  const auto made = bench();
  made->replace(std::move(message));
  made->replace(made->bytes());
  tell("due", due(plans));
  tell("got", made->run_all(1, mp::StartBy::fork));
} catch (const std::exception& error) {
  grader::trouble(std::string{"runners could not be read from their message, or not be run then: "} + error.what());
}

/// The first run is done last.
SCENARIO(results) {
  auto plans = ordinary(number(0));
  if (!plans.empty()) {
    plans[0].steps = {{'+', "last", 1e6, holds_up}};
    plans[0].rounds = 1;
    calls_of_others = 6 * (number(0) - 1);
  }
  if (plans.size() > 2) plans[2].steps.clear(), calls_of_others -= 6;
  run_in_pool(plans, number(1));
}

SCENARIO(workers) {
  must_meet = number(0);
  run_in_pool(ordinary(2 * must_meet), must_meet);
}

SCENARIO(spawn) { run_in_pool(ordinary(number(0)), 2, mp::StartBy::spawn); }

/// Some fail: in a handler, or by what a handler lets through.
SCENARIO(errors) {
  auto plans = ordinary(8);
  plans[0].steps[1] = {'*', "too large", 1e6, 1e308};
  plans[0].steps.push_back({'*', "times", 1e6, 3});
  plans[0].start = 1e5;
  plans[1].start = -100;
  plans[1].steps[2].most = 30;  // and no more comes out
  plans[2].steps[0] = {'|', "nowhere", 1e6, 2, 1};
  plans[3].steps[2] = {'+', "up", -5, 2};
  plans[4].steps[0].a = 1e9;
  plans[7].steps[1].most = -100;
  run_in_pool(plans, number(0));
}

/// Names that runs share and names that they do not; a run that fails.
SCENARIO(counts) {
  auto plans = ordinary(7);
  for (int i = 0; i < 7; ++i) plans[static_cast<std::size_t>(i)].rounds = i;
  plans[0].steps[0].name = "never";
  plans[2].steps[1].name = "more";
  plans[4].steps[0].name = "only here";
  plans[5].steps[1] = {'|', "fails", 1e6, 2, 1};
  run_in_pool(plans, number(0));
}

#else

#include <algorithm>
#include <set>

#include "exercises/grader/judge.hpp"

using grader::Run;
using grader::submission;
using Texts = std::vector<std::string>;

namespace {

std::string text(long n) { return std::to_string(n); }
std::string story(int runs, int workers) {
  return text(runs) + (runs == 1 ? " runner, " : " runners, ") + text(workers) +
         (workers == 1 ? " worker" : " workers");
}

/// The processes that called the functions, one for each call.
std::vector<pid_t> callers(const Run& run) {
  std::vector<pid_t> all;
  for (const auto& report : run.reports)
    if (report.key == "called") all.push_back(report.from);
  return all;
}

testing::AssertionResult same(const Texts& due, const Texts& got, const std::string& what) {
  for (std::size_t i = 0; i < std::max(due.size(), got.size()); ++i) {
    const auto at = [i](const Texts& all) { return i < all.size() ? all[i] : "none"; };
    if (at(due) != at(got))
      return testing::AssertionFailure() << what << " " << i << " should be\n  " << at(due) << "\nbut is\n  "
                                         << at(got);
  }
  return testing::AssertionSuccess();
}

/// Their order is the affair of one check alone.
testing::AssertionResult reports_are_right(const Run& run, bool in_order = false) {
  auto due = run.value<Texts>("due"), got = run.value<Texts>("got");
  if (!in_order) std::sort(due.begin(), due.end()), std::sort(got.begin(), got.end());
  return same(due, got, "report");
}

testing::AssertionResult nobody_calls_here(const Run& run) {
  const auto all = callers(run);
  if (std::find(all.begin(), all.end(), run.subject) == all.end()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "a handler did its work in the process that called run_all";
}

std::string advice(const std::string& type) {
  const auto has = [&](const char* what) { return type.find(what) != std::string::npos; };
  if (has("std::function"))
    return "A std::function hides what it holds: keep what is to be done as a value, an enum, say";
  if (has("*")) return "An address means nothing in another process: send what is there";
  if (has("{lambda")) return "Nobody can look into a lambda: keep what it has captured, and what it does, as values";
  if (has("mp::"))
    return "This object can only be shared through inheritance. Does a worker need it, or could it return what it "
           "would put in there?";
  return "If it is a struct, name all its fields in mp::fields<" + type + ">; then each of them must be able to go";
}

/// Can it be sent at all? All else would follow from that.
testing::AssertionResult can_be_sent() {
  const auto run = submission("picklable");
  for (const char* type : {"Handler", "Runner"})
    if (const auto stops = run.value<std::string>(type); !stops.empty())
      return testing::AssertionFailure() << "a " << type << " cannot be sent to a worker: what stops it is the type "
                                         << stops << ".\n"
                                         << advice(stops);
  return testing::AssertionSuccess();
}
void need_what_can_be_sent() {
  if (!can_be_sent())
    throw std::runtime_error{"see `picklable`: runners must be able to go before anything can come back"};
}

/// What `round_trip` asks, in short.
bool comes_back() {
  const auto differs = submission("differs");
  if (!went_well(differs) || differs.value<std::string>("address") != "" || !differs.value<Texts>("lost").empty())
    return false;
  const auto copies = submission("comes_back");
  return went_well(copies) && reports_are_right(copies);
}

/// Before all else that is said of a failure, if it may follow from what is lost on the way.
std::string first_of_all() { return comes_back() ? "" : "First mend `round_trip`, this may follow from it.\n"; }

}  // namespace

CHECK(picklable, 10, "a `Handler` and a `Runner` can be sent to another process, as bytes") {
  ASSERT_TRUE(can_be_sent());
}

CHECK(round_trip, 20, "what is sent comes back as it was: each field to the last bit, the order, and no address") {
  need_what_can_be_sent();
  const auto run = submission("differs");
  ASSERT_TRUE(went_well(run));
  const auto address = run.value<std::string>("address");
  ASSERT_TRUE(address.empty()) << "The message that a runner becomes holds " << address
                               << ".\nAs a number it can be sent, but in another process something else is there";
  const auto lost = run.value<Texts>("lost");
  ASSERT_TRUE(lost.empty()) << "Two runners that differ in one thing, " << lost.front()
                            << "\nbecome the same message. Is it named in mp::fields, and written in full?";
  const auto copies = submission("comes_back");
  ASSERT_TRUE(went_well(copies)) << "Two runners became a message, and runners again";
  ASSERT_TRUE(reports_are_right(copies)) << "Two runners became a message, and runners again: these were run";
}

CHECK(results, 10, "each runner is run once, by a worker, and the reports are in the order of the runners") {
  need_what_can_be_sent();
  for (const auto& [runs, workers] : {std::pair{6, 2}, {grader::varied(7, 12), 3}, {1, 2}, {0, 2}}) {
    const auto run = submission("results", {text(runs), text(workers)});
    ASSERT_TRUE(went_well(run)) << first_of_all() << story(runs, workers);
    ASSERT_TRUE(reports_are_right(run, true))
        << first_of_all() << story(runs, workers) << (runs > 1 ? "; run 0 was done last" : "");
    const long calls = runs == 0 ? 0 : 1 + 6 * (runs - 1 - (runs > 2 ? 1 : 0));
    ASSERT_EQ(static_cast<long>(callers(run).size()), calls)
        << "calls of add, multiply and cut: " << story(runs, workers) << ", each of which should be run once";
  }
}

CHECK(workers, 15, "all workers of the pool run something at the same time, and the caller nothing") {
  need_what_can_be_sent();
  for (const int workers : {2, grader::worker_counts().back()}) {
    const auto run = grader::shaken("workers", {text(workers)});
    ASSERT_TRUE(went_well(run)) << story(2 * workers, workers);
    ASSERT_TRUE(nobody_calls_here(run)) << story(2 * workers, workers);
    const auto all = callers(run);
    ASSERT_EQ(std::set(all.begin(), all.end()).size(), static_cast<std::size_t>(workers))
        << "processes that called add, multiply and cut: " << story(2 * workers, workers);
  }
}

CHECK(spawn, 15, "a worker that was started afresh has nothing but its message, and that is enough") {
  need_what_can_be_sent();
  for (const int runs : {1, grader::varied(3, 7)}) {
    const auto run = submission("spawn", {text(runs)});
    const auto here = story(runs, 2) + " that were started by spawn";
    ASSERT_TRUE(went_well(run)) << first_of_all() << here
                                << ".\nWhat they need must be in the message: no static variable that "
                                   "somebody has filled, and no address";
    ASSERT_TRUE(nobody_calls_here(run)) << here;
    const auto by_copies = run.values<bool>("called");
    ASSERT_TRUE(std::find(by_copies.begin(), by_copies.end(), true) == by_copies.end())
        << here
        << ".\nA handler did its work in a copy of the process that called run_all: you forked it, it is no "
           "worker of the pool";
    ASSERT_TRUE(reports_are_right(run)) << first_of_all() << here
                                        << ". By fork they would have had a copy of all memory";
  }
}

CHECK(errors, 15, "a handler that throws ends its own run, which tells what came before it, and no other") {
  need_what_can_be_sent();
  for (const int workers : {1, grader::worker_counts().back()}) {
    const auto run = submission("errors", {text(workers)});
    ASSERT_TRUE(went_well(run)) << first_of_all() << story(8, workers)
                                << "; handlers of 4 runners threw. Each report has its error";
    ASSERT_TRUE(reports_are_right(run)) << first_of_all() << story(8, workers) << "; handlers of 4 runners threw";
  }
}

CHECK(counts, 15, "what was counted in the workers is brought together: all calls of each name, each once") {
  need_what_can_be_sent();
  for (const int workers : {1, grader::worker_counts().back()}) {
    const auto run = submission("counts", {text(workers)});
    ASSERT_TRUE(went_well(run)) << first_of_all() << story(7, workers);
    ASSERT_TRUE(same(run.value<Texts>("due counts"), run.value<Texts>("got counts"), "count"))
        << first_of_all() << story(7, workers)
        << ". A variable that a worker changes is the worker's own: its count is not here, and goes on from run to "
           "run; "
           "calls that threw count";
  }
}

#endif
