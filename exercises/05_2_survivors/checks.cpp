// The checks of exercise 05_2. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <stdexcept>
#include <variant>

#include "exercises/grader/stage.hpp"

// The submission's.
using Call = std::function<std::string()>;
struct Returned {
  std::string text;
};
struct Threw {
  std::string message;
};
struct Died {
  pid_t pid = 0;
  int exitcode = 0;
};
using Answer = std::variant<Returned, Threw, Died>;
std::vector<Answer> ordered_map(const std::vector<Call>& calls, int workers);

namespace {

using grader::argument;
using grader::Counters;
using grader::reaches;
using grader::trouble;

using grader::number;

/// The calls of a scenario, and which process made each, and how many have been made.
class Calls {
 public:
  void add(const std::function<std::string()>& body) {
    all_.push_back([this, body, i = all_.size()] {
      made_by_[i] = ::getpid();
      grader::report("made", static_cast<int>(i));  // and the kernel says which process reports it
      struct End {
        const Calls& calls;
        ~End() { ++calls.made_[0]; }
      } end{*this};
      return body();
    });
  }
  /// Waits until so many have come to their end; a call that ends its process is not counted.
  bool are_made(int wanted) const { return reaches(made_[0], wanted); }
  /// The same for calls that have it easier if the others wait for them, but do without.
  void let_be_made(int wanted) const {
    (void)grader::becomes([&] { return made_[0] >= wanted; }, grader::patience / 2);
  }
  const std::atomic<int>& made_by(std::size_t i) const { return made_by_[i]; }

  void map(int workers) {
    try {
      const auto answers = ordered_map(all_, workers);
      std::vector<std::string> texts;
      for (std::size_t i = 0; i < answers.size(); ++i) texts.push_back(text(i, answers[i]));
      grader::report("answers", texts);
    } catch (const std::exception& error) {
      trouble(std::string{"ordered_map itself threw: "} + error.what());
    }
    over_[0] = 1;
  }
  bool is_over() const { return over_[0] == 1; }

 private:
  std::string text(std::size_t i, const Answer& answer) const {
    if (const auto* returned = std::get_if<Returned>(&answer)) return "returned " + shortened(returned->text);
    if (const auto* threw = std::get_if<Threw>(&answer)) return "threw " + shortened(threw->message);
    const auto [pid, code] = std::get<Died>(answer);
    const int maker = i < all_.size() ? made_by_[i].load() : 0;
    const auto end = code < 0 ? "signal " + std::to_string(-code) : "exit code " + std::to_string(code);
    return "died by " + end + (pid == maker ? "" : " with the pid of another than the worker that had it");
  }
  static std::string shortened(const std::string& text) {
    const auto begin = text.substr(0, 30);
    const bool same = text.size() > 30 && text.find_first_not_of(text[0]) == std::string::npos;
    return same ? std::to_string(text.size()) + " x " + text[0] : begin + (text.size() > 30 ? "..." : "");
  }

  std::vector<Call> all_;
  Counters made_by_{64}, made_{1}, over_{1};
};

/// What the process that calls ordered_map does just before it sends something, once.
std::function<void()> before_send = nullptr;
pid_t sender = 0;
void sends() {
  if (before_send && ::getpid() == sender) std::exchange(before_send, nullptr)();
}

/// Waits until so many are in here at once.
void meet(const Counters& inside, int wanted) {
  ++inside[0];
  if (!reaches(inside[0], wanted))
    trouble("a call waited for " + std::to_string(wanted) +
            " calls to be in the middle at the same time, and after 2 s " + std::to_string(inside[0]) + " had begun");
}

void end_here(const std::string& how) {
  const int code = std::stoi(how.substr(how.rfind(' ')));
  if (!how.starts_with("signal")) ::_exit(code);
  ::signal(code, SIG_DFL);
  for (::raise(code);;) ::pause();
}

}  // namespace

/// The C library's, and something may happen before them.
extern "C" ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  static const auto original = grader::original<ssize_t(int, const msghdr*, int)>("sendmsg");
  return sends(), original(socket, message, flags);
}
extern "C" ssize_t send(int socket, const void* bytes, size_t n, int flags) {
  static const auto original = grader::original<ssize_t(int, const void*, size_t, int)>("send");
  return sends(), original(socket, bytes, n, flags);
}
extern "C" ssize_t write(int file, const void* bytes, size_t n) {
  static const auto original = grader::original<ssize_t(int, const void*, size_t)>("write");
  return sends(), original(file, bytes, n);
}

/// So many calls, of which each of the first lets the others be made before it.
SCENARIO(order) {
  const int n = number(0), workers = number(1);
  Calls calls;
  for (int i = 0; i < n; ++i)
    calls.add([&, i] {
      if (i < workers - 1) calls.let_be_made(std::min(n, workers) - 1 - i);
      return i == 1 ? std::string(300'000, argument(2)[0]) : i == 2 ? "" : argument(2) + std::to_string(i);
    });
  calls.map(workers);
}

SCENARIO(together) {
  const int workers = number(0);
  Calls calls;
  const Counters inside{1};
  for (int i = 0; i < 3 * workers; ++i)
    calls.add([&, i] {
      if (i < workers) meet(inside, workers);
      return std::to_string(i);
    });
  calls.map(workers);
}

/// One call comes to its end when all others have.
SCENARIO(hands_out) {
  const int n = number(0), slow = number(2);
  Calls calls;
  for (int i = 0; i < n; ++i)
    calls.add([&, i] {
      if (i == slow && !calls.are_made(n - 1))
        trouble("call " + std::to_string(slow) + " waited until all others were made, and after 2 s some were not: " +
                "they stood behind it, though a worker was free");
      return std::to_string(i);
    });
  calls.map(number(1));
}

SCENARIO(throws) {
  Calls calls;
  for (int i = 0; i < number(0); ++i)
    calls.add([=]() -> std::string {
      if (i % 4 == 1) throw std::out_of_range{argument(2) + std::to_string(i)};
      if (i % 4 == 2) throw std::runtime_error{""};
      if (i % 4 == 3) throw i;
      return std::to_string(i);
    });
  calls.map(number(1));
}

/// Some calls end their process; if others are free to make the rest, when that is made.
SCENARIO(dies) {
  const std::string who = argument(2);
  const int n = number(0), workers = number(1), ends = static_cast<int>(who.size() + 1) / 2;
  Calls calls;
  for (int i = 0; i < n; ++i)
    calls.add([=, &calls] {
      if (who.find(std::to_string(i)) == std::string::npos) return argument(3).substr(0, 1) + std::to_string(i);
      if (workers > ends) calls.let_be_made(n - ends);
      end_here(argument(3));
      return std::string{};
    });
  calls.map(workers);
}

/// A call starts a process that lives on when its worker is killed. Others may have been forked before that worker.
SCENARIO(heir) {
  const int workers = number(1);
  Calls calls;
  if (workers > 1)
    calls.add([&] {
      (void)reaches(calls.made_by(1), 1);
      return argument(0);
    });
  calls.add([&]() -> std::string {
    const pid_t caller = ::getppid();
    if (mp::check(::fork(), "fork") == 0) {
      while (!calls.is_over() && !grader::is_over(caller)) ::usleep(500);
      ::_exit(0);
    }
    end_here("signal 9");
    return "";
  });
  calls.add([] { return argument(0); });
  calls.map(workers);
}

/// While the first call is made, the worker that has made the second, and has nothing any more, is killed.
SCENARIO(idle) {
  const pid_t caller = ::getpid();
  Calls calls;
  calls.add([&] {
    (void)calls.are_made(1);
    const pid_t other = calls.made_by(1);
    if (other == 0 || other == ::getpid() || other == caller) return argument(0);
    int looks = 20;  // at which it rests: so it has answered, and waits, or has gone home
    (void)grader::becomes([&] { return (looks -= grader::rests(other) && grader::rests(caller) ? 1 : 0) <= 0; });
    if (!grader::is_over(other)) ::kill(other, SIGKILL);
    (void)grader::becomes([&] { return grader::is_over(other); });
    grader::let_them_try([&] { return grader::rests(caller); }, [] { return false; }, 20);
    return argument(0);
  });
  calls.add([] { return argument(1); });
  calls.map(2);
}

/// The only worker has answered, and is killed just when it would be sent the next call.
SCENARIO(parting) {
  Calls calls;
  sender = ::getpid();
  const std::function<void()> kill_idle = [&] {
    const pid_t worker = calls.made_by(0);
    if (worker == 0 || !calls.are_made(1)) return void(before_send = kill_idle);  // not yet: at the next one
    int looks = 20;
    (void)grader::becomes([&] { return (looks -= grader::rests(worker) ? 1 : 0) <= 0; });
    ::kill(worker, SIGKILL);
    (void)grader::becomes([&] { return grader::is_over(worker); });
  };
  before_send = kill_idle;
  for (const std::size_t i : {0U, 1U, 2U}) calls.add([=] { return argument(i); });
  calls.map(1);
}

/// The first calls end their workers; then as many as before must be there for the next to meet.
SCENARIO(replaced) {
  const int workers = number(0), deaths = number(1);
  Calls calls;
  const Counters inside{1};
  for (int i = 0; i < deaths; ++i)
    calls.add([] {
      end_here("signal 9");
      return "";
    });
  for (int i = 0; i < 2 * workers; ++i)
    calls.add([&, i] {
      if (i < workers) meet(inside, workers);
      return std::to_string(i);
    });
  calls.map(workers);
}

#else

#include <set>

#include "exercises/grader/judge.hpp"

using grader::Run;
using grader::submission;
using grader::went_well;
using Texts = std::vector<std::string>;

namespace {

std::string text(int number) { return std::to_string(number); }
std::string count(int number, const std::string& what) { return text(number) + " " + what + (number == 1 ? "" : "s"); }
std::string cast(int calls, int workers) { return count(calls, "call") + " and " + count(workers, "worker"); }

/// Whom to suspect where nobody comes to an end.
std::string suspect(const Run& run, const std::string& whom) {
  return run.ending.starts_with("stopped") ? "\n" + whom : "";
}

/// What each of n calls came to, by its number.
Texts answers(int n, const std::function<std::string(int)>& of) {
  Texts all;
  for (int i = 0; i < n; ++i) all.push_back(of(i));
  return all;
}

/// The processes that made calls.
std::set<pid_t> makers(const Run& run) {
  std::set<pid_t> all;
  for (const auto& report : run.reports)
    if (report.key == "made") all.insert(report.from);
  return all;
}

testing::AssertionResult made_once(const Run& run, int n) {
  std::vector<int> times(static_cast<std::size_t>(n));
  for (const int i : run.values<int>("made")) ++times.at(static_cast<std::size_t>(i));
  for (int i = 0; i < n; ++i)
    if (const int made = times[static_cast<std::size_t>(i)]; made != 1)
      return testing::AssertionFailure() << "call " << i << " of 0 to " << n - 1 << " was made " << made
                                         << " times. Each should be made once, whatever becomes of it or of others";
  if (makers(run).contains(run.subject))
    return testing::AssertionFailure() << "a call was made in the process that called ordered_map, not in a worker";
  return testing::AssertionSuccess();
}

testing::AssertionResult answered(const Run& run, const Texts& expected) {
  const auto seen = run.value<Texts>("answers");
  if (seen.size() != expected.size())
    return testing::AssertionFailure() << seen.size() << " answers to " << expected.size() << " calls";
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (seen[i] != expected[i])
      return testing::AssertionFailure() << "the answer to call " << i << " of 0 to " << seen.size() - 1
                                         << " should be: " << expected[i] << "\nbut it was: " << seen[i];
  return made_once(run, static_cast<int>(expected.size()));
}

}  // namespace

CHECK(order, 10, "each call is made once, in a worker; the answers come in the order of the calls") {
  const auto letter = [](int n) { return std::string(1, static_cast<char>('a' + n)); };
  const auto a = letter(grader::varied(0, 12)), b = letter(grader::varied(13, 25));
  for (const auto& [n, workers, word] : {std::tuple{1, 1, a}, {7, 1, b}, {7, 3, a}, {3, 5, b}, {0, 2, a}}) {
    const auto run = submission("order", {text(n), text(workers), word});
    ASSERT_TRUE(went_well(run)) << cast(n, workers);
    ASSERT_TRUE(answered(run, answers(n,
                                      [w = word](int i) {
                                        return "returned " + (i == 1 ? "300000 x " + w : i == 2 ? "" : w + text(i));
                                      })))
        << cast(n, workers) << ", the first of which are done last";
  }
}

CHECK(together, 15, "the workers work at the same time, and each goes on with the next call") {
  for (const int workers : {2, grader::worker_counts().back()}) {
    const auto run = grader::shaken("together", {text(workers)});
    ASSERT_TRUE(went_well(run)) << cast(3 * workers, workers);
    ASSERT_TRUE(made_once(run, 3 * workers));
    ASSERT_EQ(makers(run).size(), static_cast<std::size_t>(workers))
        << "processes that made " << 3 * workers << " calls, for " << workers
        << " workers. A worker that has made a call should wait for the next.";
  }
}

CHECK(hands_out, 15, "the next call goes to whoever is free: a long one holds up nobody") {
  for (const auto& [n, workers, slow] : {std::tuple{9, 2, 0}, {9, 2, grader::varied(1, 8)}, {12, 3, 1}}) {
    const auto run = submission("hands_out", {text(n), text(workers), text(slow)});
    ASSERT_TRUE(went_well(run)) << cast(n, workers);
    ASSERT_TRUE(answered(run, answers(n, [](int i) { return "returned " + text(i); })))
        << cast(n, workers) << "; call " << slow << " took longer than all others together.";
  }
}

CHECK(throws, 15, "a call that throws is answered by its message, and its worker goes on") {
  for (const auto& [n, workers, salt] : {std::tuple{8, 1, grader::varied(1, 99)}, {12, 1, 0}}) {
    const auto word = "no number " + text(salt);
    const auto run = submission("throws", {text(n), text(workers), word});
    ASSERT_TRUE(went_well(run)) << "some of " << n << " calls threw";
    auto expected = answers(n, [w = word](int i) {
      return i % 4 == 0 ? "returned " + text(i) : i % 4 == 1 ? "threw " + w + text(i) : "threw ";
    });
    const auto seen = run.value<Texts>("answers");
    for (std::size_t i = 3; i < std::min(seen.size(), expected.size()); i += 4)
      expected[i] = seen[i].starts_with("threw ") ? seen[i] : "threw, with any words: it threw an int";
    ASSERT_TRUE(answered(run, expected)) << "Some calls throw std::out_of_range, some a std::runtime_error without "
                                            "any words, and some an int.";
    ASSERT_LE(makers(run).size(), static_cast<std::size_t>(workers))
        << "processes that made the calls, for " << workers << " workers: a call that throws should cost no worker.";
  }
}

CHECK(dies, 25, "a worker that ends costs the call that it has, and no other; who it was and how it ended is told") {
  using Case = std::tuple<int, std::string, std::string>;
  const auto two = grader::shuffled(std::vector{0, 1, 2, 3, 4, 5});
  for (const auto& [workers, who, how] :
       {Case{1, "0", "signal 9"}, Case{1, "5", "exit code " + text(grader::varied(2, 99))}, Case{1, "0 2", "signal 15"},
        Case{2, "0", "exit code 0"}, Case{2, text(two[0]) + " " + text(two[1]), "signal 9"},
        Case{3, "0 1 2 3 4 5", "exit code 1"}}) {
    const auto run = submission("dies", {"6", text(workers), who, how});
    const auto story = cast(6, workers) + ". Calls that ended their worker, by " + how + ": " + who + ".";
    ASSERT_TRUE(went_well(run)) << story << suspect(run, "Whoever waits for an answer of the dead waits for ever.");
    ASSERT_TRUE(answered(run, answers(6,
                                      [&, &w = who, &h = how](int i) {
                                        return w.find(text(i)) == std::string::npos
                                                   ? "returned " + h.substr(0, 1) + text(i)
                                                   : "died by " + h;
                                      })))
        << story;
  }
  auto run = submission("idle", {"slow", "quick"});
  ASSERT_TRUE(went_well(run)) << "a worker was killed that had answered, and had nothing more to do";
  ASSERT_TRUE(answered(run, {"returned slow", "returned quick"}))
      << "The worker that had call 1 was killed after it had answered, and while another made call 0: that costs "
         "nothing.";
  run = submission("parting", {"first", "next", "last"});
  ASSERT_TRUE(went_well(run))
      << "the only worker had answered, and was killed just when it would be sent the next call";
  auto parted = run.value<Texts>("answers");
  ASSERT_EQ(parted.size(), 3U) << "answers to 3 calls";
  if (parted[1].starts_with("died by signal 9")) parted[1] = "returned next";  // it was on its way: who can know?
  ASSERT_EQ(parted, (Texts{"returned first", "returned next", "returned last"}))
      << "the answers: the only worker was killed just when it would be sent the second of three calls";
  for (const int workers : {1, 3}) {
    run = submission("heir", {"next", text(workers)});
    ASSERT_TRUE(went_well(run))
        << "A call started a process of its own, and then its worker was killed. That process "
           "lives on, with copies of all descriptors: no pipe of the worker's comes to its end, "
           "and no pipe of which the worker had a copy.";
    Texts expected{"died by signal 9", "returned next"};
    if (workers > 1) expected.insert(expected.begin(), "returned next");
    ASSERT_TRUE(answered(run, expected))
        << "A call started a process of its own, which lives on, and then its worker was killed.";
  }
}

CHECK(replaced, 10, "another worker takes the place of each that has ended") {
  for (const auto& [workers, deaths] :
       {std::pair{2, 1}, {2, 2}, {3, 5}, {grader::varied(1, 4), grader::varied(1, 6)}}) {
    const auto run = submission("replaced", {text(workers), text(deaths)});
    const auto story = count(workers, "worker") + ". " + count(deaths, "call") + ", the first, ended theirs.";
    ASSERT_TRUE(went_well(run)) << story << " Is nobody started in the place of the dead?";
    const auto made = run.values<int>("made");
    const auto ended = std::count_if(made.begin(), made.end(), [d = deaths](int i) { return i < d; });
    ASSERT_LE(makers(run).size(), static_cast<std::size_t>(workers + ended))
        << "processes that made calls. " << story << " One should be started for each that ended, not more.";
  }
}

CHECK(nothing_left, 10, "no zombie, process or descriptor remains, though workers have died") {
  const auto run = submission("order", {"7", "3", "f"});
  ASSERT_TRUE(went_well(run)) << "7 calls and 3 workers";
  ASSERT_EQ(run.value<Texts>("answers").size(), 7U) << "answers to 7 calls: there were no workers to clear away";
  ASSERT_TRUE(made_once(run, 7)) << "Then there is nothing to clear away.";
  ASSERT_TRUE(grader::left_nothing(run)) << "After 7 calls by 3 workers: send them home, and wait for each.";
  const auto after_deaths = submission("dies", {"6", "2", "1 4", "signal 9"});
  if (!after_deaths.finished) return;  // that is another check's matter
  ASSERT_TRUE(grader::left_nothing(after_deaths))
      << "Two workers were killed: wait for them, too, and close what you had open for them.";
}

#endif
