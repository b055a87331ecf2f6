// Descriptors, deadlines, shared memory, the process tree, text for terminals.
#include <sys/prctl.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "common/chains.hpp"
#include "common/learn/terminal.hpp"
#include "common/machine.hpp"
#include "common/process_tree.hpp"
#include "common/raw_array.hpp"
#include "common/type_name.hpp"
#include "common/workloads.hpp"
#include "tests/support/tidy.hpp"

using namespace std::chrono_literals;

TEST(Check, NamesTheCallThatFailed) {
  try {
    mp::check(::open("/no/such/file", O_RDONLY), "open(/no/such/file)");
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_NE(std::string{error.what()}.find("open(/no/such/file)"), std::string::npos);
  }
  EXPECT_THROW(mp::check_code(EAGAIN, "call"), std::system_error);
  EXPECT_EQ(mp::check(7, "call"), 7);
}

TEST(Descriptor, ClosesOnceAndMoves) {
  mp::Descriptor a = mp::memory_file("a");
  const int number = a.number();
  mp::Descriptor b = std::move(a);
  EXPECT_FALSE(a.is_open());
  EXPECT_EQ(b.number(), number);
  b = mp::memory_file("b");
  EXPECT_EQ(::fcntl(number, F_GETFD), b.number() == number ? FD_CLOEXEC : -1);
  EXPECT_NE(b.duplicate().number(), b.number());
}

TEST(Deadline, NeverComesUnlessAsked) {
  EXPECT_FALSE(mp::Deadline{}.passed());
  EXPECT_FALSE(mp::Deadline{}.left());
  EXPECT_TRUE(mp::Deadline{0s}.passed());
  EXPECT_TRUE(mp::Deadline{-5s}.passed());
  EXPECT_EQ(mp::Deadline{-5s}.left()->tv_sec, 0);
  EXPECT_FALSE(mp::Deadline{mp::Seconds{1e300}}.passed()) << "longer than the clock can count";
  EXPECT_GT(mp::Deadline{1h}.remaining().count(), 3000);
}

TEST(WaitReadable, WaitsForDataNotForSignals) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const mp::Descriptor reader{ends[0]}, writer{ends[1]};
  EXPECT_FALSE(mp::wait_readable(reader.number(), mp::Deadline{0s}));
  const auto start = mp::Clock::now();
  EXPECT_FALSE(mp::wait_readable(reader.number(), mp::Deadline{30ms}));
  EXPECT_GE(mp::seconds_since(start), 0.030);
  ASSERT_EQ(::write(writer.number(), "x", 1), 1);
  EXPECT_TRUE(mp::wait_readable(reader.number(), mp::Deadline{}));
}

TEST(RawArray, IsSeenByForkedChildrenAndZeroAtFirst) {
  const mp::RawArray<int> numbers{1000};
  for (const int n : numbers) EXPECT_EQ(n, 0);
  EXPECT_EQ(tidy::in_child([&] {
              numbers[999] = 5;
              return 0;
            }).code,
            0);
  EXPECT_EQ(numbers[999], 5);
  const mp::RawArray<int> view = numbers;
  view[0] = 3;
  EXPECT_EQ(numbers[0], 3);
  EXPECT_EQ(mp::RawArray<int>{0}.size(), 0U);
}

TEST(ProcessTree, SeesAllThatIsBelowAndEndsIt) {
  const mp::RawArray<std::atomic<int>> started{1};
  const auto below = [&] {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (::fork() == 0) {
      if (::fork() == 0) ++started[0], mp::never_end();
      ::_exit(0);  // leaves an orphan
    }
    if (::fork() == 0) ++started[0], mp::never_end();
    tidy::eventually([&] { return started[0] == 2; });
    const bool seen = mp::descendants(::getpid()).size() >= 2;
    mp::end_all_descendants();
    return seen && mp::descendants(::getpid()).empty() ? 0 : 1;
  };
  EXPECT_EQ(tidy::in_child(below).code, 0);
  EXPECT_GT(mp::proportional_memory_kib(::getpid()), 100);
  EXPECT_EQ(mp::proportional_memory_kib(-1), 0);
}

TEST(Machine, CountsProcessorsAndThreads) {
  EXPECT_GE(mp::cpu_count(), 1);
  EXPECT_EQ(tidy::in_child([] {
              cpu_set_t one;
              CPU_ZERO(&one);
              CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
              return ::sched_setaffinity(0, sizeof one, &one) == 0 ? mp::cpu_count() : 99;
            }).code,
            1);
  const int before = mp::thread_count();
  std::jthread another{[](std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
  }};
  EXPECT_EQ(mp::thread_count(), before + 1);
}

TEST(Terminal, CountsColumnsNotBytes) {
  EXPECT_EQ(mp::columns("aé·…"), 4U);
  EXPECT_EQ(mp::shortened("aé·…", 4), "aé·…");
  EXPECT_EQ(mp::shortened("abcdef", 4), "abc…");
  EXPECT_EQ(mp::left("é", 3), "é  ");
  EXPECT_EQ(mp::right("abcd", 3), "ab…");
  EXPECT_EQ(mp::painted("x", mp::Colour::red, false), "x");
}

TEST(TypeName, IsForPeople) {
  try {
    throw std::out_of_range{"why"};
  } catch (...) {
    EXPECT_EQ(mp::describe_current_exception(), "std::out_of_range: why");
  }
  try {
    throw 1;
  } catch (...) {
    EXPECT_EQ(mp::describe_current_exception(), "int");
  }
}

TEST(Workloads, ComputeWhatTheySay) {
  EXPECT_EQ(mp::sum_below(1000), 499'500U);
  // printf string-0 | sha512sum
  EXPECT_EQ(mp::chain_links("string-0", 0), "string-0");
  const auto expected = tidy::run_program({"sha512sum"}, "string-0").output.substr(0, 128);
  EXPECT_EQ(mp::chain_links("string-0", 1), expected);
  EXPECT_EQ(mp::chain_links("string-0", 2), tidy::run_program({"sha512sum"}, expected).output.substr(0, 128));
  EXPECT_EQ(tidy::in_child([]() -> int { mp::crash(); }).code, -SIGSEGV);
}
