// Process, by its public names.
#include "01_process/process.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "common/pidfd.hpp"
#include "common/raw_array.hpp"
#include "common/workloads.hpp"
#include "tests/support/tidy.hpp"

using namespace std::chrono_literals;
using mp::Process;
using mp::RawArray;

namespace {

void nothing() {}
void leave_with(int code) { std::exit(code); }
void die_of(int signal) {
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

/// Joins under the watchdog: a hang is a failure, not a wait.
int ending(const Process& process) {
  if (!process.try_join_for(tidy::watchdog)) {
    process.kill();
    ADD_FAILURE() << process.name() << " did not end";
  }
  process.join();
  return process.exitcode().value();
}

template <class... A>
int run(A&&... a) {
  Process process{std::forward<A>(a)...};
  process.start();
  return ending(process);
}

/// What a child prints goes through a pipe here, so that it can be looked at.
tidy::Ended printed_by(const std::function<void()>& parent) {
  return tidy::in_child([&] {
    parent();
    return 0;
  });
}

std::string fork_warning_silenced(std::string errors) {
  std::string kept;
  std::istringstream in{errors};
  for (std::string line; std::getline(in, line);)
    if (line.find("warning: fork in a process of") == std::string::npos) kept += line + "\n";
  return kept;
}

}  // namespace

// ---- how a process ends ----

TEST(Process, EndsWithCodeZeroWhenItsFunctionReturns) { EXPECT_EQ(run(nothing), 0); }

TEST(Process, EndsWithItsExitCodeModulo256AsInPython) {
  for (const auto& [given, seen] : {std::pair{0, 0}, {7, 7}, {255, 255}, {300, 44}, {-1, 255}})
    EXPECT_EQ(run(leave_with, given), seen);
}

TEST(Process, EndsWithMinusTheSignalThatKilledIt) {
  for (const int signal : {SIGKILL, SIGTERM, SIGABRT, SIGSEGV}) EXPECT_EQ(run(die_of, signal), -signal);
}

TEST(Process, StatusAnswersQuestions) {
  Process exits{leave_with, 3}, dies{mp::crash};
  exits.start();
  dies.start();
  ending(exits);
  ending(dies);
  EXPECT_TRUE(exits.status().exited());
  EXPECT_EQ(exits.status().code(), 3);
  EXPECT_EQ(exits.status().text(), "exit code 3");
  EXPECT_FALSE(dies.status().exited());
  EXPECT_EQ(dies.status().signal(), SIGSEGV);
  EXPECT_EQ(dies.status().text(), "killed by SIGSEGV (Segmentation fault)");
}

TEST(Process, PrintsAnExceptionWithNameTypeAndMessageAndEndsWithOne) {
  const auto seen = tidy::in_child([] {
    Process process{[] { throw std::out_of_range{"no such thing"}; }};
    process.start();
    process.join();
    return process.exitcode().value();
  });
  EXPECT_EQ(seen.code, 1);
  EXPECT_EQ(seen.errors, "Process Process-1:\nstd::out_of_range: no such thing\n");
}

TEST(Process, PrintsWhatIsThrownEvenIfItIsNoException) {
  const auto seen = printed_by([] {
    Process process{{.name = "odd"}, [] { throw 42; }};
    process.start();
    process.join();
  });
  EXPECT_EQ(seen.errors, "Process odd:\nint\n");
}

TEST(Process, RunsTheExitHandlersOfTheChildAndNotThoseOfTheParent) {
  const auto seen = tidy::in_child([]() -> int {
    std::atexit([] { std::printf("handler of %s\n", mp::current_process().name.c_str()); });
    Process process{[] {
      std::atexit([] { std::printf("the child's own\n"); });
      std::exit(0);
    }};
    process.start();
    process.join();
    std::exit(0);
  });
  EXPECT_EQ(seen.output, "the child's own\nhandler of MainProcess\n");
}

TEST(Process, WritesBufferedOutputOnceThoughForkCopiesTheBuffer) {
  const auto seen = printed_by([] {
    std::printf("before;");
    std::cout << "stream;";
    Process process{[] { std::printf("child;"); }};
    process.start();
    process.join();
    std::printf("after");
  });
  EXPECT_EQ(seen.output, "before;stream;child;after");
}

TEST(Process, ReadsNothingFromTheParentsInput) {
  EXPECT_EQ(run([] { std::exit(std::getchar() == EOF ? 0 : 1); }), 0);
}

// ---- waiting ----

TEST(Process, CanBeJoinedAgainAndByManyThreads) {
  Process process{[] { ::usleep(20'000); }};
  process.start();
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 4; ++i) waiting.emplace_back([&] { process.join(); });
  waiting.clear();
  process.join();
  EXPECT_EQ(process.exitcode(), 0);
}

TEST(Process, TellsWhetherItIsAliveWithoutWaiting) {
  Process process{mp::never_end};
  process.start();
  EXPECT_TRUE(process.is_alive());
  EXPECT_FALSE(process.try_join_for(0s));
  EXPECT_FALSE(process.try_join_for(-1s));
  EXPECT_FALSE(process.try_join_for(1.5ms));
  EXPECT_EQ(process.exitcode(), std::nullopt);
  EXPECT_THROW(process.status(), std::logic_error);
  process.kill();
  EXPECT_EQ(ending(process), -SIGKILL);
  EXPECT_FALSE(process.is_alive());
}

TEST(Process, TerminateAsksAndKillDoesNot) {
  Process polite{[] {
    ::signal(SIGTERM, [](int) { ::_exit(5); });
    mp::never_end();
  }};
  // The handler must be there before SIGTERM is sent: fork while it is already set.
  ::signal(SIGTERM, [](int) { ::_exit(5); });
  polite.start();
  ::signal(SIGTERM, SIG_DFL);
  polite.terminate();
  EXPECT_EQ(ending(polite), 5);
  polite.terminate();  // over: no effect
  polite.kill();
}

TEST(Process, SentinelIsReadableOnceItIsOverAndStaysSo) {
  Process process{mp::never_end};
  process.start();
  EXPECT_FALSE(mp::wait_readable(process.sentinel(), mp::Deadline{0s}));
  process.kill();
  EXPECT_TRUE(mp::wait_readable(process.sentinel(), mp::Deadline{tidy::watchdog}));
  process.join();
  EXPECT_TRUE(mp::wait_readable(process.sentinel(), mp::Deadline{0s}));
}

TEST(Process, GrandchildrenDoNotHideItsDeath) {
  const RawArray<pid_t> grandchild{1};
  Process process{[&] {
    const pid_t pid = ::fork();
    if (pid == 0) mp::never_end();
    grandchild[0] = pid;
    ::_exit(0);
  }};
  process.start();
  EXPECT_EQ(ending(process), 0);
  EXPECT_TRUE(tidy::runs(grandchild[0]));
  ::kill(grandchild[0], SIGKILL);
  EXPECT_EQ(::waitpid(grandchild[0], nullptr, 0), grandchild[0]);  // it came to us, the subreaper
}

TEST(Process, SaysThatItsStatusWasStolen) {
  Process process{leave_with, 3};
  process.start();
  ::waitpid(process.pid(), nullptr, 0);  // what a careless waitpid(-1) elsewhere does
  EXPECT_FALSE(process.is_alive());
  process.join();
  EXPECT_THROW(process.status(), mp::StatusLost);
  EXPECT_THROW(process.exitcode(), mp::StatusLost);
}

TEST(Process, SaysThatItsStatusWasLostToIgnoredSigchld) {
  EXPECT_EQ(tidy::in_child([] {
              ::signal(SIGCHLD, SIG_IGN);
              int lost = 0;
              for (int i = 0; i < 200; ++i) {  // some are gone before start can look at them
                Process process{nothing};
                process.start();
                process.kill();
                process.join();
                try {
                  (void)process.exitcode();
                } catch (const mp::StatusLost&) {
                  ++lost;
                }
              }
              return lost == 200 ? 0 : 1;
            }).code,
            0);
}

// ---- misuse gets a clear error ----

TEST(Process, RefusesEverythingBeforeItsStart) {
  Process process{nothing};
  EXPECT_THROW(process.join(), std::logic_error);
  EXPECT_THROW(process.terminate(), std::logic_error);
  EXPECT_THROW((void)process.pid(), std::logic_error);
  EXPECT_THROW((void)process.sentinel(), std::logic_error);
}

TEST(Process, StartsOnce) {
  Process process{nothing};
  process.start();
  EXPECT_THROW(process.start(), std::logic_error);
  ending(process);
  EXPECT_THROW(process.start(), std::logic_error);
}

TEST(Process, ClosesWhenItIsOverAndThenRefusesEverything) {
  Process process{mp::never_end};
  process.start();
  EXPECT_THROW(process.close(), std::logic_error);
  process.kill();
  ending(process);
  process.close();
  process.close();
  EXPECT_THROW(process.join(), std::logic_error);
  EXPECT_THROW(process.start(), std::logic_error);
}

TEST(Process, IsJoinedOnlyByTheProcessThatStartedIt) {
  Process other{mp::never_end};
  other.start();
  EXPECT_EQ(run([&] {
              try {
                other.join();
              } catch (const std::logic_error&) {
                std::exit(7);
              }
            }),
            7);
  other.kill();
}

TEST(Process, MovesAndLeavesNothingBehind) {
  std::vector<Process> processes;
  for (int i = 0; i < 3; ++i) processes.emplace_back([i] { std::exit(i); });
  for (auto& process : processes) process.start();
  Process first = std::move(processes[0]);
  EXPECT_EQ(ending(first), 0);
  EXPECT_THROW(processes[0].start(), std::logic_error);
  processes[1] = Process{leave_with, 9};  // waits for the one it replaces
  processes[1].start();
  EXPECT_EQ(ending(processes[1]), 9);
}

TEST(Process, TakesWhatCannotBeCopied) {
  auto number = std::make_unique<int>(8);
  EXPECT_EQ(run([n = std::move(number)] { std::exit(*n); }), 8);
  EXPECT_EQ(run([](std::unique_ptr<int> n) { std::exit(*n); }, std::make_unique<int>(9)), 9);
}

// ---- who is who ----

TEST(Process, NamesCountPerParentAndNest) {
  const auto seen = printed_by([] {
    for (int i = 0; i < 2; ++i) {
      Process process{[] {
        Process inner{[] { std::printf("%s\n", mp::current_process().name.c_str()); }};
        inner.start();
      }};
      process.start();
    }
    Process named{{.name = "w1"}, [] { std::printf("%s\n", mp::current_process().name.c_str()); }};
    named.start();
  });
  EXPECT_EQ(seen.output, "Process-1:1\nProcess-2:1\nw1\n");
}

TEST(Process, KnowsItsParent) {
  EXPECT_FALSE(mp::parent_process());
  const pid_t me = ::getpid();
  EXPECT_EQ(run([me] {
              const auto parent = mp::parent_process();
              const bool right = parent && parent->pid() == me && parent->name() == "MainProcess" && parent->is_alive();
              std::exit(right ? 0 : 1);
            }),
            0);
}

TEST(Process, NoticesTheDeathOfItsParent) {
  const RawArray<std::atomic<int>> stage{1};
  tidy::Background parent{[&] {
    Process child{[&] {
      stage[0] = 1;
      mp::parent_process()->join();
      stage[0] = 2;
    }};
    child.start();
    mp::never_end();
    return 0;
  }};
  ASSERT_TRUE(tidy::eventually([&] { return stage[0] == 1; }));
  parent.signal(SIGKILL);
  EXPECT_TRUE(tidy::eventually([&] { return stage[0] == 2; }));
  parent.wait();
  EXPECT_TRUE(tidy::eventually([] { return ::waitpid(-1, nullptr, WNOHANG) > 0; }));  // the child came to us
}

TEST(Process, ActiveChildrenAreThoseThatRunAndTheRestIsReaped) {
  Process runs{mp::never_end}, ends{nothing};
  runs.start();
  ends.start();
  EXPECT_TRUE(tidy::eventually([] { return mp::active_children().size() == 1; }));
  EXPECT_EQ(mp::active_children().at(0).pid(), runs.pid());
  EXPECT_EQ(::waitpid(ends.pid(), nullptr, WNOHANG), -1) << "it should be reaped by now";
  mp::active_children().at(0).kill();
  EXPECT_EQ(ending(runs), -SIGKILL);
  EXPECT_TRUE(mp::active_children().empty());
}

// ---- daemons and the end of the program ----

TEST(Daemon, IsTerminatedWithItsObject) {
  pid_t pid = 0;
  {
    Process process{{.daemon = true}, mp::never_end};
    process.start();
    pid = process.pid();
  }
  EXPECT_FALSE(tidy::runs(pid));
}

TEST(Daemon, IsKilledIfItIgnoresSigterm) {
  ::signal(SIGTERM, SIG_IGN);  // inherited by the fork, so it is in force from the first moment
  pid_t pid = 0;
  {
    Process process{{.daemon = true}, mp::never_end};
    process.start();
    pid = process.pid();
  }
  ::signal(SIGTERM, SIG_DFL);
  EXPECT_FALSE(tidy::runs(pid));
}

TEST(Daemon, MayHaveNoChildrenAsInPython) {
  EXPECT_EQ(run(mp::ProcessOptions{.daemon = true},
                [] {
                  EXPECT_TRUE(mp::current_process().daemon);
                  Process process{nothing};
                  try {
                    process.start();
                  } catch (const std::logic_error&) {
                    std::exit(4);
                  }
                }),
            4);
}

TEST(Daemon, EndsWithAParentThatIsKilled) {
  for (const bool spawned : {false, true}) {
    const RawArray<std::atomic<pid_t>> child{1};
    tidy::Background parent{[&] {
      Process process = spawned ? Process{mp::start::spawn, {.daemon = true}, mp::fn<mp::never_end>}
                                : Process{{.daemon = true}, mp::never_end};
      process.start();
      child[0] = process.pid();
      mp::never_end();
      return 0;
    }};
    ASSERT_TRUE(tidy::eventually([&] { return child[0] != 0; }));
    parent.signal(SIGKILL);
    EXPECT_TRUE(tidy::eventually([&] { return !tidy::runs(child[0]); })) << (spawned ? "spawned" : "forked");
    parent.wait();
    EXPECT_TRUE(tidy::eventually([] { return ::waitpid(-1, nullptr, WNOHANG) > 0; }));
  }
}

TEST(Exit, WaitsForChildrenAndTerminatesDaemons) {
  const RawArray<std::atomic<int>> done{2};
  const auto seen = tidy::in_child([&]() -> int {
    auto* slow = new Process{[&] {
      ::usleep(100'000);
      done[0] = 1;
    }};
    auto* daemon = new Process{{.daemon = true}, mp::never_end};
    slow->start();
    daemon->start();
    done[1] = daemon->pid();
    std::exit(6);
  });
  EXPECT_EQ(seen.code, 6);
  EXPECT_EQ(done[0], 1);
  EXPECT_FALSE(tidy::runs(done[1]));
}

TEST(Interrupt, TakesTheChildrenAlongAndSaysSoOnce) {
  const RawArray<std::atomic<pid_t>> children{3};
  tidy::Background program{[&] {
    const char* name = "program";
    mp::main_guard(1, const_cast<char**>(&name));
    Process plain{mp::never_end};
    Process stubborn{[] {
      ::signal(SIGINT, SIG_IGN);
      mp::never_end();
    }};
    Process nested{[&] {
      Process inner{[] {
        ::signal(SIGINT, SIG_IGN);
        mp::never_end();
      }};
      inner.start();
      children[2] = inner.pid();
      mp::never_end();
    }};
    plain.start();
    stubborn.start();
    nested.start();
    children[0] = plain.pid();
    children[1] = stubborn.pid();
    mp::never_end();
    return 0;
  }};
  ASSERT_TRUE(tidy::eventually([&] { return children[1] != 0 && children[2] != 0; }));
  program.signal(SIGINT);
  const auto seen = program.wait();
  EXPECT_EQ(seen.code, -SIGINT);
  EXPECT_EQ(seen.errors, "\nInterrupted; the processes it started have ended.\n");
  EXPECT_TRUE(tidy::orphans_end());  // the innermost came to us
}

// ---- start methods ----

namespace {

void square(int n, RawArray<int> out) { out[0] = n * n; }
void greet(std::string who, std::vector<double> numbers) { std::exit(who == "Ada" && numbers.size() == 3 ? 0 : 1); }
void fail(const std::string& text) { throw std::invalid_argument{text}; }

/// Descriptors from 3 on whose flags, as fcntl gives them, are wanted.
int descriptors(const std::function<bool(int)>& wanted) {
  int n = 0;
  for (int fd = 3; fd < 1024; ++fd) n += wanted(::fcntl(fd, F_GETFD)) ? 1 : 0;
  return n;
}
void report_descriptors() {
  std::exit(descriptors([](int flags) { return flags != -1; }));
}

void report_parent(pid_t parent) {
  const auto seen = mp::parent_process();
  std::exit(seen && seen->pid() == parent && seen->is_alive() && mp::current_process().name == "Process-1" ? 0 : 1);
}

}  // namespace

TEST(Spawn, MakesTheCallInAFreshRunOfTheProgram) {
  const RawArray<int> out{1};
  EXPECT_EQ(run(mp::start::spawn, mp::fn<square>, 12, out), 0);
  EXPECT_EQ(out[0], 144);
  EXPECT_EQ(run(mp::start::spawn, mp::fn<greet>, "Ada", std::vector{1.0, 2.0, 3.0}), 0);
  EXPECT_EQ(run(
                mp::start::spawn, [](int code) { std::exit(code); }, 21),
            21);
}

TEST(Spawn, CarriesMoreThanAPipeHolds) {
  const RawArray<int> out{1};
  EXPECT_EQ(run(
                mp::start::spawn, [](const std::vector<int>& numbers, RawArray<int> sum) { sum[0] = numbers.back(); },
                std::vector<int>(3'000'000, 5), out),
            0);
  EXPECT_EQ(out[0], 5);
}

TEST(Spawn, ReportsAnExceptionLikeAForkedChild) {
  const auto seen = tidy::in_child([] {
    Process process{mp::start::spawn, {.name = "s"}, mp::fn<fail>, "bad news"};
    process.start();
    process.join();
    return process.exitcode().value();
  });
  EXPECT_EQ(seen.code, 1);
  EXPECT_EQ(seen.errors, "Process s:\nstd::invalid_argument: bad news\n");
}

TEST(Spawn, InheritsNoDescriptorButWhatItWasGiven) {
  const mp::Descriptor secret = mp::memory_file("secret");
  const int meant_to_be_inherited = descriptors([](int flags) { return flags == 0; });  // by whoever started us
  EXPECT_EQ(run(mp::start::spawn, mp::fn<report_descriptors>), 1 + meant_to_be_inherited)
      << "its parent's pidfd, and nothing else of ours";
}

TEST(Spawn, KnowsWhoItIsAndWhoItsParentIs) {
  EXPECT_EQ(tidy::in_child([] {
              Process process{mp::start::spawn, mp::fn<report_parent>, ::getpid()};
              process.start();
              process.join();
              return process.exitcode().value();
            }).code,
            0);
}

TEST(Spawn, NeedsTheMainGuard) {
  const auto seen = tidy::run_program({tidy::build() + "/tests/without_guard"});
  EXPECT_EQ(seen.code, 3);
  EXPECT_NE(seen.output.find("mp::main_guard(argc, argv)"), std::string::npos) << seen.output;
}

TEST(Spawn, CannotBeUsedFromTheCommandLine) {
  for (const char* number : {"0", "99", "nonsense"}) {
    const auto seen = tidy::run_program({"/proc/self/exe", "--mp-spawn", number});
    EXPECT_NE(seen.code, 0);
  }
}

TEST(Spawn, IsFineBesideThreadsWhereForkWarns) {
  const auto seen = printed_by([] {
    std::jthread idle{[](std::stop_token stop) {
      while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
    }};
    Process spawned{mp::start::spawn, mp::fn<nothing>};
    spawned.start();
    spawned.join();
    for (int i = 0; i < 2; ++i) {
      Process forked{nothing};
      forked.start();
      forked.join();
    }
  });
  EXPECT_EQ(fork_warning_silenced(seen.errors), "");
  EXPECT_EQ(std::count(seen.errors.begin(), seen.errors.end(), '\n'), 1) << "one warning, not two:\n" << seen.errors;
}

// ---- many at once ----

TEST(ProcessRace, ManyStartAndEndWithoutLeavingAnything) {
  for (int round = 0; round < 3; ++round) {
    std::vector<Process> all;
    for (int i = 0; i < 40; ++i) all.emplace_back([i] { std::exit(i); });
    for (auto& process : all) process.start();
    for (int i = 0; i < 40; ++i) EXPECT_EQ(ending(all[static_cast<std::size_t>(i)]), i);
  }
}

TEST(ProcessRace, KilledWhileOthersWaitForIt) {
  for (int round = 0; round < 20; ++round) {
    Process process{mp::never_end};
    process.start();
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { process.join(); });
    threads.emplace_back([&] { process.kill(); });
    threads.clear();
    EXPECT_EQ(process.exitcode(), -SIGKILL);
  }
}

TEST(ProcessRace, ListOfChildrenIsAskedFromManyThreads) {
  std::vector<Process> all;
  for (int i = 0; i < 20; ++i) all.emplace_back([i] { ::usleep(static_cast<unsigned>(i) * 500); });
  for (auto& process : all) process.start();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([] { EXPECT_TRUE(tidy::eventually([] { return mp::active_children().empty(); })); });
  threads.clear();
  for (auto& process : all) EXPECT_EQ(process.exitcode(), 0);
}

TEST(Process, ThatCannotBeWatchedIsNotStarted) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer itself needs a descriptor, to look at the error that is thrown";
#endif
  EXPECT_EQ(tidy::in_child([] {
              const rlimit few{12, 12};
              Process first{nothing};
              first.start();
              first.join();
              ::setrlimit(RLIMIT_NOFILE, &few);
              std::vector<mp::Descriptor> all;
              while (true) {
                const int fd = ::dup(1);
                if (fd == -1) break;
                all.emplace_back(fd);
              }
              try {
                Process process{mp::never_end};
                process.start();
              } catch (const std::system_error& error) {
                return error.code() == std::errc::too_many_files_open && mp::active_children().empty() &&
                               ::waitpid(-1, nullptr, WNOHANG) == -1
                           ? 0
                           : 2;
              }
              return 1;
            }).code,
            0);
}

TEST(Process, StartsBesideAThreadThatWaitsForInput) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const mp::Descriptor reader{ends[0]}, writer{ends[1]};
  EXPECT_EQ(tidy::in_child([&] {
              ::dup2(reader.number(), 0);
              std::thread{[] { (void)std::getchar(); }}.detach();
              ::usleep(50'000);  // most likely it holds stdin's lock by then; if not, the test asks less
              Process process{nothing};
              process.start();
              ::_exit(process.try_join_for(tidy::watchdog) ? 0 : 1);  // nothing else here may wait for the input
              return 0;
            }).code,
            0);
}

TEST(Process, WorksInAProgramThatWasStartedWithoutInput) {
  EXPECT_EQ(tidy::in_child([] {
              ::close(0);
              Process process{[] { std::exit(mp::parent_process()->is_alive() ? 0 : 1); }};
              process.start();
              process.join();
              return process.exitcode().value();
            }).code,
            0);
}

TEST(Daemon, GetsItsSignalsItself) {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &term, nullptr);  // inherited by the fork
  Process process{{.daemon = true}, [] {
                    sigset_t wanted;
                    sigemptyset(&wanted);
                    sigaddset(&wanted, SIGTERM);
                    int signal = 0;
                    ::sigwait(&wanted, &signal);
                    std::exit(7);
                  }};
  process.start();
  ::sigprocmask(SIG_UNBLOCK, &term, nullptr);
  process.terminate();
  EXPECT_EQ(ending(process), 7);
}

TEST(ProcessRace, StartedFromManyThreadsAtOnce) {
  std::vector<std::string> names(12);
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < names.size(); ++t)
    threads.emplace_back([&, t] {
      Process process{mp::start::spawn, mp::fn<nothing>};
      process.start();
      names[t] = process.name();
      EXPECT_EQ(ending(process), 0);
    });
  threads.clear();
  EXPECT_EQ(std::set(names.begin(), names.end()).size(), names.size()) << "each has a name of its own";
}
