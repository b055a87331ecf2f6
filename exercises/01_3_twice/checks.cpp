// The checks of exercise 01_3. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <sys/wait.h>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>

#include "exercises/grader/subject.hpp"

int run_children(int n, const std::function<bool(int)>& job);  // the submission's

SCENARIO(well) {
  const int n = std::stoi(grader::argument(0));
  const int well = run_children(n, [](int i) {
    grader::report("job", i);
    return true;
  });
  grader::report("well", well);
}

SCENARIO(throws) {
  const int well = [] {
    try {
      return run_children(3, [](int i) -> bool {
        grader::report("job", i);
        if (i == 1) throw std::runtime_error{"job one"};
        return true;
      });
    } catch (...) {
      return -1;  // a caller that catches is a place for a child to come back to
    }
  }();
  while (::waitpid(-1, nullptr, 0) > 0) continue;  // that it forgot them is another check's matter
  grader::report("well", well);
}

SCENARIO(mixed) {
  const int killed = grader::number(0), not_well = grader::number(1);
  const int well = run_children(5, [=](int i) {
    if (i == killed) ::raise(SIGKILL);
    return i != not_well;
  });
  grader::report("well", well);
}

/// Another child of the caller has ended, and is still to be waited for.
SCENARIO(bystander) {
  const pid_t other = ::fork();
  if (other == 0) ::_exit(0);
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(other), &info, WEXITED | WNOWAIT);
  grader::report("well", run_children(2, [](int i) { return i == 0; }));
  grader::report("bystander", ::waitpid(other, nullptr, 0) == other);
}

SCENARIO(exit_handler) {
  std::atexit([] {
    std::printf("goodbye\n");
    grader::report("handler", 1);
  });
  grader::report("well", run_children(2, [](int) { return true; }));
  std::exit(0);
}

#else

#include <algorithm>
#include <set>
#include <sstream>

#include "exercises/grader/judge.hpp"

using grader::Run;
using grader::submission;
using grader::varied;

namespace {

/// Lines of the output that read like this.
int lines(const Run& run, const std::string& wanted) {
  std::istringstream in{run.output};
  int n = 0;
  for (std::string line; std::getline(in, line);) n += line == wanted ? 1 : 0;
  return n;
}

int all_lines(const Run& run) { return static_cast<int>(std::count(run.output.begin(), run.output.end(), '\n')); }

/// Every job of 0 to n−1 was done, once, in a process of its own.
void expect_jobs(const Run& run, int n) {
  std::vector<int> jobs = run.values<int>("job"), wanted;
  std::sort(jobs.begin(), jobs.end());
  for (int i = 0; i < n; ++i) wanted.push_back(i);
  EXPECT_EQ(jobs, wanted) << "each job is to be done once";
  std::set<pid_t> workers;
  for (const auto& report : run.reports)
    if (report.key == "job") workers.insert(report.from);
  EXPECT_EQ(workers.size(), static_cast<std::size_t>(n)) << "each job is to be done in a process of its own";
  EXPECT_FALSE(workers.contains(run.subject)) << "a job was done by the caller itself";
}

void expect_only_caller_came_back(const Run& run) {
  for (const auto& report : run.reports)
    if (report.key == "well") {
      EXPECT_TRUE(report.from == run.subject)
          << "a child came back to the caller's code, by running on or by an exception";
    }
  EXPECT_EQ(run.values<int>("well").size(), 1U) << "the code after run_children is to run once";
}

}  // namespace

CHECK(heading_once, 20, "the heading once, for none, one or many children") {
  for (const int n : {0, 1, varied(2, 9)}) {
    const auto run = submission("well", {std::to_string(n)});
    EXPECT_EQ(lines(run, std::to_string(n) + " children are coming"), 1)
        << "the buffer that held the heading was copied by fork: flush before you fork";
  }
}

CHECK(lines_once, 20, "a line from each child, once, and no line lost, also if its job throws or is killed") {
  const int n = varied(3, 6);
  const auto run = submission("well", {std::to_string(n)});
  for (int i = 0; i < n; ++i)
    EXPECT_EQ(lines(run, "child " + std::to_string(i)), 1)
        << "for child " << i << ": it says its line, flushes, and leaves";
  const auto thrown = submission("throws");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(lines(thrown, "child " + std::to_string(i)), 1)
        << "for child " << i << " of 3; the job of child 1 throws";
  const auto mixed = submission("mixed", {"1", "3"});
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(lines(mixed, "child " + std::to_string(i)), 1)
        << "for child " << i << " of 5; child 1 is killed in its job";
  EXPECT_TRUE(all_lines(run) <= n + 1) << "there are " << all_lines(run) << " lines where " << n + 1
                                       << " were asked for";
}

CHECK(nobody_runs_on, 20, "n children, none of which comes back to the caller, even if its job throws") {
  const int n = varied(3, 7);
  const auto run = submission("well", {std::to_string(n)});
  expect_jobs(run, n);
  expect_only_caller_came_back(run);
  const auto thrown = submission("throws");
  expect_jobs(thrown, 3);
  expect_only_caller_came_back(thrown);
}

CHECK(exit_handlers, 15, "what the caller registered by atexit runs once, in the caller") {
  const auto run = submission("exit_handler");
  EXPECT_EQ(lines(run, "goodbye"), 1)
      << "a child ran the caller's handlers: it is to leave by _exit, inside run_children";
  EXPECT_EQ(run.values<int>("handler").size(), 1U)
      << "a child ran the caller's handlers: it is to leave by _exit, inside run_children";
}

CHECK(counts, 15, "only children whose job returned true count, whatever becomes of the others") {
  const auto order = grader::shuffled(std::vector{0, 1, 2, 3, 4});
  EXPECT_EQ(submission("mixed", {std::to_string(order[0]), std::to_string(order[1])}).value<int>("well"), 3)
      << "of five children one was killed and one's job returned false: look at the status of each";
  EXPECT_EQ(submission("throws").value<int>("well"), 2) << "of three children, one's job threw: that is not well";
  EXPECT_EQ(submission("well", {"0"}).value<int>("well"), 0) << "no children, none well";
  EXPECT_EQ(submission("bystander").value<int>("well"), 1)
      << "one of two jobs returned true; another child of the caller, which is none of yours, had ended well before";
}

CHECK(nothing_left, 10, "no zombie, process or descriptor remains; children of others are left alone") {
  const auto run = submission("mixed", {"1", "3"});
  EXPECT_TRUE(grader::left_nothing(run)) << "wait for every child that you started";
  EXPECT_TRUE(submission("bystander").value<bool>("bystander"))
      << "a child that was none of yours was waited for: ask by pid";
}

#endif
