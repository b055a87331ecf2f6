// The checks of exercise 01_1. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <stdexcept>

#include "common/clock.hpp"
#include "common/raw_array.hpp"
#include "exercises/grader/stage.hpp"

using Tasks = std::vector<std::function<int()>>;
std::vector<int> run_all(const Tasks& tasks);  // the submission's

namespace {

/// Waits until `n` tasks have come here; false when they do not come in a generous time.
bool meet(std::atomic<int>& here, int n) {
  ++here;
  for (const mp::Deadline end{mp::Seconds{3}}; here < n; ::usleep(200))
    if (end.passed()) here = 1000;  // nobody else need wait in vain
  return here < 1000;
}

int die_of(int signal) {
  ::signal(signal, SIG_DFL);
  ::raise(signal);
  return 0;
}

}  // namespace

SCENARIO(codes) {
  const int a = std::stoi(grader::argument(0)), b = std::stoi(grader::argument(1));
  grader::report("endings", run_all({[] { return 0; }, [=] { return a; }, [=] { return b; }, [] { return 255; }}));
}

SCENARIO(none) { grader::report("endings", run_all({})); }

SCENARIO(order) {
  const int first = grader::number(0);
  const mp::RawArray<std::atomic<int>> ended{1};
  Tasks tasks;
  for (int i = 0; i < 5; ++i)
    tasks.push_back([&ended, first, i] {  // the last may end first, and the first last
      for (const mp::Deadline end{mp::Seconds{1}}; ended[0] < 4 - i && !end.passed(); ::usleep(200)) continue;
      ++ended[0];
      return first + i;
    });
  grader::report("endings", run_all(tasks));
}

SCENARIO(signals) {
  const auto task = [](int signal, int code) {
    return [=] {
      grader::report("ran", 0);
      return signal ? die_of(signal) : code;
    };
  };
  grader::report("endings", run_all({task(SIGSEGV, 0), task(SIGKILL, 0), task(0, 9), task(SIGTERM, 0)}));
}

/// The second task stops, until the caller has had the chance to see it.
SCENARIO(stopped) {
  const auto stops = [caller = ::getpid()] {
    const auto mine = grader::folder_of(::getpid());
    const grader::Child waker{[&, pid = ::getpid()] {
      (void)grader::becomes([&] { return grader::state_in(mine) == 'T'; });
      grader::let_them_try([&] { return grader::rests(caller); }, [] { return false; });
      ::kill(pid, SIGCONT);
    }};
    ::raise(SIGSTOP);
    return 2;
  };
  grader::report("endings", run_all({[] { return 1; }, stops, [] { return 3; }}));
}

SCENARIO(interrupted) {
  const grader::Interruptions often{std::chrono::milliseconds{10}};
  const auto task = [](int code) {
    return [=] {
      ::usleep(60'000);
      return code;
    };
  };
  grader::report("endings", run_all({task(1), task(2), task(3)}));
}

SCENARIO(own_process) {
  static int global = 1;
  std::atexit([] { grader::report("handler", 0); });
  std::at_quick_exit([] { grader::report("handler", 0); });
  const auto task = [] {
    global = 100;
    grader::report("ran", 0);  // and the kernel says which process reported it
    return 0;
  };
  grader::report("endings", run_all({task, task, task}));
  grader::report("global", global);
}

SCENARIO(together) {
  const int n = std::stoi(grader::argument(0));
  const mp::RawArray<std::atomic<int>> here{1};
  grader::report("endings", run_all(Tasks(static_cast<std::size_t>(n), [&] {
                   grader::report("ran", 0);
                   return meet(here[0], n) ? 0 : 1;
                 })));
}

SCENARIO(exceptions) {
  const int code = grader::number(0);
  grader::report("endings", run_all({[]() -> int { throw std::runtime_error{"task one"}; }, [=] { return code; },
                                     []() -> int { throw 42; }}));
}

SCENARIO(bystander) {
  const pid_t other = mp::check(::fork(), "fork");
  if (other == 0) ::_exit(77);
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(other), &info, WEXITED | WNOWAIT);  // it has ended, and is still to be waited for
  grader::report("endings", run_all({[] { return 1; }, [] { return 2; }}));
  int status = 0;
  const bool ours = ::waitpid(other, &status, 0) == other && WEXITSTATUS(status) == 77;
  grader::report("bystander", ours);
}

#else

#include <algorithm>
#include <set>

#include "exercises/grader/judge.hpp"

using grader::submission;
using grader::varied;
using Endings = std::vector<int>;

namespace {

/// Their order is the affair of one check alone.
Endings sorted(Endings endings) {
  std::sort(endings.begin(), endings.end());
  return endings;
}

/// Those that ran a task.
std::set<pid_t> processes(const grader::Run& run) {
  std::set<pid_t> all;
  for (const auto& report : run.reports)
    if (report.key == "ran") all.insert(report.from);
  return all;
}

}  // namespace

CHECK(codes, 15, "the exit codes of children that return, 0 to 255") {
  for (const int low : {varied(1, 60), varied(128, 190)}) {
    const auto run = submission("codes", {std::to_string(low), std::to_string(low + 60)});
    EXPECT_EQ(sorted(run.value<Endings>("endings")), (Endings{0, low, low + 60, 255}))
        << "what each task returned: it sits inside the status, take it out with WEXITSTATUS";
  }
  EXPECT_EQ(submission("none").value<Endings>("endings"), Endings{}) << "no tasks, no endings";
}

CHECK(order, 10, "numbers in the order of the tasks, whichever child ends first") {
  const int first = varied(1, 100);
  EXPECT_EQ(submission("order", {std::to_string(first)}).value<Endings>("endings"),
            (Endings{first, first + 1, first + 2, first + 3, first + 4}))
      << "in the order of the tasks, though their children end in the opposite order: keep the pids, and wait for each "
         "by pid";
}

CHECK(signals, 20, "minus the signal for a child that was killed; one that is stopped has not ended") {
  const auto run = submission("signals");
  EXPECT_EQ(sorted(run.value<Endings>("endings")), (Endings{-15, -11, -9, 9}))
      << "a killed child has no exit code: ask WIFSIGNALED and WTERMSIG, and make it negative";
  EXPECT_EQ(processes(run).size(), 4U) << "the processes that ran the four tasks";
  EXPECT_EQ(sorted(submission("stopped").value<Endings>("endings")), (Endings{1, 2, 3}))
      << "the second of three tasks stops for a while, and returns 2 then: who is stopped has not ended";
}

CHECK(own_process, 15, "each task in a process of its own: the caller's memory and exit handlers stay its own") {
  const auto run = submission("own_process");
  ASSERT_EQ(run.value<Endings>("endings"), (Endings{0, 0, 0})) << "each of three tasks returns 0";
  EXPECT_FALSE(processes(run).contains(run.subject)) << "a task ran in the process that called run_all";
  EXPECT_EQ(processes(run).size(), 3U) << "the processes that ran the three tasks";
  EXPECT_EQ(run.value<int>("global"), 1) << "a task changed a variable of the caller";
  for (const auto& report : run.reports)
    EXPECT_TRUE(report.key != "handler" || report.from == run.subject)
        << "a child ran the exit handlers of the caller: leave by _exit, not by exit or quick_exit";
}

CHECK(together, 20, "all children run at the same time") {
  for (const int n : {2, 7}) {
    const auto run = submission("together", {std::to_string(n)});
    EXPECT_EQ(run.value<Endings>("endings"), Endings(static_cast<std::size_t>(n), 0))
        << "each of " << n
        << " tasks waited for the others to run beside it, and some waited in vain: start them "
           "all before you wait for any";
    EXPECT_EQ(processes(run).size(), static_cast<std::size_t>(n)) << "the processes that ran the tasks";
  }
}

CHECK(exceptions, 10, "a task that throws ends its child with code 1, and its child runs nothing else") {
  const int code = varied(2, 99);
  const auto run = submission("exceptions", {std::to_string(code)});
  EXPECT_EQ(sorted(run.value<Endings>("endings")), (Endings{1, 1, code}))
      << "catch in the child, whatever is thrown, and _exit(1)";
  for (const auto& report : run.reports)
    EXPECT_EQ(report.from, run.subject) << "a child went on into the code after run_all";
  EXPECT_TRUE(grader::came_to_its_end(run));
}

CHECK(nothing_left, 10,
      "no zombie, process or descriptor remains, though signals interrupt you; children of others are left alone") {
  const auto run = submission("signals");
  ASSERT_EQ(run.value<Endings>("endings").size(), 4U) << "four tasks have four endings";
  ASSERT_EQ(processes(run).size(), 4U) << "the processes that ran four tasks, of which none may remain";
  EXPECT_TRUE(grader::left_nothing(run)) << "wait for every child that you started";
  const auto interrupted = submission("interrupted");
  ASSERT_EQ(interrupted.value<Endings>("endings").size(), 3U) << "three tasks have three endings";
  EXPECT_TRUE(grader::left_nothing(interrupted))
      << "a handler ran in the caller while it waited: waitpid returns -1 with EINTR then, and has to be called again";
  EXPECT_TRUE(submission("bystander").value<bool>("bystander"))
      << "a child that was not yours was waited for: waitpid(-1) takes any; ask by pid";
}

#endif
