// The checks of exercise 01_2. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>

#include "exercises/grader/stage.hpp"

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// What the submission provides, as its file declares it.
enum class How { finished, terminated, killed };
struct Ending {
  How how;
  int exitcode;
};
Ending run_with_deadline(const std::function<int()>& task, milliseconds limit, milliseconds grace);

namespace {

void report(const Ending& ending) {
  grader::report("how", ending.how);
  grader::report("exitcode", ending.exitcode);
}

int never_end() {
  for (;;) ::pause();
}

}  // namespace

SCENARIO(returns) {
  const int code = std::stoi(grader::argument(0));
  report(run_with_deadline([=] { return code; }, 1s, 1s));
}

SCENARIO(crashes) {
  const int signal = grader::number(0);
  report(run_with_deadline(
      [=] {
        ::signal(signal, SIG_DFL);
        return ::raise(signal);
      },
      1s, 1s));
}

SCENARIO(at_once) {
  const int code = grader::number(0);
  report(run_with_deadline(
      [=] {
        ::usleep(50'000);
        return code;
      },
      1h, 1h));
}

SCENARIO(terminated) {
  const auto start = mp::Clock::now();
  report(run_with_deadline(never_end, 300ms, 30s));
  grader::report("too_early", mp::Clock::now() - start < 300ms);
}

SCENARIO(interrupted) {
  const grader::Interruptions often{50ms};
  const auto start = mp::Clock::now();
  report(run_with_deadline(never_end, 300ms, 30s));
  grader::report("too_early", mp::Clock::now() - start < 300ms);
}

// Handlers are in place before the fork, so that no child can be too slow to set them up.
SCENARIO(tidies_up) {
  static const int code = grader::number(0);
  ::signal(SIGTERM, [](int) {
    ::usleep(400'000);
    ::_exit(code);
  });
  report(run_with_deadline(never_end, 100ms, 30s));
}

SCENARIO(stubborn) {
  ::signal(SIGTERM, SIG_IGN);
  const auto start = mp::Clock::now();
  report(run_with_deadline(never_end, 200ms, 200ms));
  grader::report("too_early", mp::Clock::now() - start < 400ms);
}

SCENARIO(bystander) {
  const pid_t sleeper = mp::check(::fork(), "fork");
  if (sleeper == 0) never_end();
  const pid_t gone = mp::check(::fork(), "fork");
  if (gone == 0) ::_exit(77);
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(gone), &info, WEXITED | WNOWAIT);  // ended, and still to be waited for
  const mp::RawArray<std::atomic<pid_t>> heir{1};                      // what the task has started
  const auto task = [&] {
    if (const pid_t pid = mp::check(::fork(), "fork"); pid != 0) heir[0] = pid;
    return never_end();
  };
  report(run_with_deadline(task, 100ms, 30s));
  (void)grader::becomes([&] { return grader::is_over(heir[0]); }, mp::Seconds{0.1});
  grader::report("heir_lives", heir[0] == 0 || !grader::is_over(heir[0]));
  if (heir[0] != 0) ::kill(heir[0], SIGKILL);
  int status = 0;
  grader::report("sleeper_lives", ::waitpid(sleeper, &status, WNOHANG) == 0);
  grader::report("status_kept", ::waitpid(gone, &status, 0) == gone && WEXITSTATUS(status) == 77);
  ::kill(sleeper, SIGKILL);
  ::waitpid(sleeper, &status, 0);
}

#else

#include <fmt/format.h>

#include <csignal>

#include "exercises/grader/judge.hpp"

using grader::Run;
using grader::submission;
using grader::varied;

enum class How { finished, terminated, killed };
std::ostream& operator<<(std::ostream& out, How how) {
  return out << (how == How::finished ? "finished" : how == How::terminated ? "terminated" : "killed");
}

namespace {

void expect(const Run& run, How how, int exitcode, const std::string& why) {
  EXPECT_EQ(run.value<How>("how"), how) << why;
  EXPECT_EQ(run.value<int>("exitcode"), exitcode) << why;
}

}  // namespace

CHECK(in_time, 15, "a task that ends in time: finished, with its code or minus its signal") {
  for (const int code : {varied(1, 100), varied(128, 255)})
    expect(submission("returns", {std::to_string(code)}), How::finished, code,
           fmt::format("the task returned {}, well within its limit", code));
  const int signal = grader::shuffled(std::vector{SIGSEGV, SIGABRT, SIGFPE, SIGUSR1}).front();
  expect(submission("crashes", {std::to_string(signal)}), How::finished, -signal,
         fmt::format("the task died of signal {}, well within its limit", signal));
}

CHECK(at_once, 15, "back as soon as the task is over, not when the limit is") {
  const int code = varied(1, 100);
  const auto run = submission("at_once", {std::to_string(code)});
  ASSERT_TRUE(grader::came_to_its_end(run)) << "the task took 50 ms, its limit was an hour: do not wait for the limit";
  expect(run, How::finished, code, fmt::format("the task returned {}", code));
}

CHECK(terminated, 15, "SIGTERM after the limit, not before, though signals interrupt you") {
  const auto run = submission("terminated");
  expect(run, How::terminated, -15, "the task never ends by itself, and does not handle SIGTERM");
  EXPECT_FALSE(run.value<bool>("too_early")) << "SIGTERM came before the limit was over";
  const auto interrupted = submission("interrupted");
  const std::string story = "the task never ends, its limit is 300 ms, and a handler runs in the caller every 50 ms";
  ASSERT_TRUE(grader::came_to_its_end(interrupted)) << story << ": it must not begin to wait anew each time";
  expect(interrupted, How::terminated, -15, story);
  EXPECT_FALSE(interrupted.value<bool>("too_early")) << story << ": SIGTERM came before the limit was over";
}

CHECK(grace, 20, "time to tidy up after SIGTERM, and the exit code that the task then chose") {
  const int code = varied(1, 100);
  expect(submission("tidies_up", {std::to_string(code)}), How::terminated, code,
         fmt::format("on SIGTERM the task tidies up for 400 ms and leaves with code {}; its grace is 30 s", code));
}

CHECK(killed, 20, "SIGKILL for a task that ignores SIGTERM") {
  const auto run = submission("stubborn");
  ASSERT_TRUE(grader::came_to_its_end(run)) << "the task ignores SIGTERM: after the grace, send SIGKILL";
  expect(run, How::killed, -9, "the task ignores SIGTERM");
  EXPECT_FALSE(run.value<bool>("too_early")) << "the limit was 200 ms, and the grace 200 ms more: it was over before";
}

CHECK(others, 5, "no other process is signalled or waited for") {
  const auto run = submission("bystander");
  EXPECT_TRUE(run.value<bool>("sleeper_lives")) << "another child was signalled: kill(0) and kill(-1) reach many";
  EXPECT_TRUE(run.value<bool>("heir_lives"))
      << "what the task had started was signalled, too: that is another process, and none of yours";
  EXPECT_TRUE(run.value<bool>("status_kept")) << "another child was waited for: ask waitpid by pid, not by -1";
}

CHECK(nothing_left, 10, "no zombie, process or descriptor remains") {
  ASSERT_EQ(submission("returns", {"5"}).value<int>("exitcode"), 5) << "there was no child to wait for";
  for (const char* scenario : {"crashes", "terminated", "stubborn"}) {
    const auto run = submission(scenario, {std::to_string(SIGSEGV)});
    EXPECT_TRUE(grader::left_nothing(run)) << "wait for the child on each way out, and close what you opened";
  }
}

#endif
