// Queue, SimpleQueue and JoinableQueue, by their public names.
#include "02_pipe_queue/queue.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <numeric>
#include <random>
#include <set>
#include <thread>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
#include "common/machine.hpp"
#include "common/point.hpp"
#include "common/workloads.hpp"
#include "tests/support/together.hpp"

using namespace std::chrono_literals;
using mp::JoinableQueue;
using mp::Process;
using mp::Queue;
using mp::SimpleQueue;
using tidy::expect_end;

namespace {

template <class Q>
auto get_in_time(Q& queue) {
  auto value = queue.try_get_for(tidy::watchdog);
  if (!value) throw std::runtime_error{"nothing came"};
  return *value;
}

/// Waits until what was put has come through the feeder.
void settle(const auto& queue) { ASSERT_EQ(mp::wait_ready({queue}, tidy::watchdog).size(), 1U); }

/// Debian 12's sanitizers have locks of their own that no fork looks after: a child forked while another thread is at
/// work would wait for one for ever.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool may_fork_beside_feeders = false;
#else
constexpr bool may_fork_beside_feeders = true;
#endif

/// From now on this process dies when it comes to a point that begins like that.
void die_at(std::string_view beginning) {
  static std::string where;
  where = beginning;
  static const std::function die = [](std::string_view point) {
    if (point.starts_with(where)) std::raise(SIGKILL);
  };
  mp::at_point = &die;
}

struct Refusing {
  int n = 0;
};

}  // namespace

template <>
struct mp::Codec<Refusing> {
  static constexpr Crossing crossing = Crossing::anywhere;
  static void encode(Encoder& out, const Refusing& value) {
    if (value.n < 0) throw std::domain_error{"negative"};
    mp::encode(out, value.n);
  }
  static Refusing decode(Decoder& in) {
    const int n = mp::decode<int>(in);
    if (n == 13) throw DecodeError{"not 13"};
    return {n};
  }
};

// ---- values through a queue ----

template <class Q>
class EveryQueue : public testing::Test {};
using Queues = testing::Types<Queue<std::string>, SimpleQueue<std::string>, JoinableQueue<std::string>>;
TYPED_TEST_SUITE(EveryQueue, Queues);

TYPED_TEST(EveryQueue, KeepsTheOrderOfOnePutter) {
  TypeParam queue;
  for (int i = 0; i < 100; ++i) queue.put(std::to_string(i));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(queue.get(), std::to_string(i));
  EXPECT_TRUE(queue.empty());
}

TYPED_TEST(EveryQueue, CarriesMessagesOfAnySizeThroughAProcess) {
  TypeParam there, back;
  Process echo{[=]() mutable {
    for (std::string text = "x"; text != "end";) back.put(text = there.get());
  }};
  echo.start();
  for (const std::size_t size : {0UL, 1UL, 65535UL, 131071UL, 131072UL, 131073UL, 1UL << 20, 64UL << 20}) {
    const std::string sent(size, static_cast<char>('a' + size % 7));
    there.put(sent);
    EXPECT_TRUE(back.get() == sent) << size;
  }
  there.put("end");
  expect_end(echo);
}

TYPED_TEST(EveryQueue, ServesManyPuttersAndGettersInProcessesAndThreads) {
  TypeParam queue, sums;
  constexpr int putters = 3, getters = 4, each = 400;
  std::vector<Process> processes;
  for (int p = 0; p < putters; ++p)
    processes.emplace_back([=]() mutable {
      for (int i = 0; i < each; ++i) queue.put(std::to_string(i));
    });
  for (int g = 0; g < getters; ++g)
    processes.emplace_back([=]() mutable {
      long sum = 0;
      std::jthread other{[&] {  // two threads of one process get at once
        for (std::string text; (text = queue.get()) != "stop";) sums.put(text);
      }};
      for (std::string text; (text = queue.get()) != "stop";) sum += std::stol(text);
      other.join();
      sums.put(std::to_string(sum));
    });
  for (auto& process : processes) process.start();
  for (int p = 0; p < putters; ++p) expect_end(processes[static_cast<std::size_t>(p)]);
  for (int g = 0; g < 2 * getters; ++g) queue.put("stop");
  long total = 0;
  for (auto running = mp::active_children(); !(running = mp::active_children()).empty() || !sums.empty();) {
    std::vector<mp::Waitable> watched{sums};
    for (const auto& process : running) watched.emplace_back(process);
    if (mp::wait_ready(watched, tidy::watchdog).empty()) FAIL() << "it stands still";
    while (!sums.empty()) total += std::stol(sums.get());
  }
  EXPECT_EQ(total, putters * each * (each - 1) / 2);
}

TYPED_TEST(EveryQueue, TravelsToASpawnedProcess) {
  TypeParam there, back;
  Process process{mp::start::spawn,
                  [](TypeParam in, TypeParam out) {
                    while (true) {
                      const std::string text = in.get();
                      if (text.empty()) return;
                      out.put(text + "!");
                    }
                  },
                  there, back};
  process.start();
  there.put("hello");
  EXPECT_EQ(back.get(), "hello!");
  there.put("");
  expect_end(process);
}

TYPED_TEST(EveryQueue, RefusesEverythingOnceItIsClosed) {
  TypeParam queue;
  queue.put("left behind");
  queue.close();
  queue.close();
  EXPECT_THROW(queue.put("x"), mp::QueueClosed);
  EXPECT_THROW(queue.get(), mp::QueueClosed);
  EXPECT_THROW((void)queue.empty(), mp::QueueClosed);
}

TYPED_TEST(EveryQueue, GoesOnWhenPuttersAndGettersAreKilled) {
  TypeParam queue;
  const auto put_for_ever = [=]() mutable {
    for (std::size_t i = 0;; ++i) queue.put(std::string(i % 5 == 0 ? 200'000 : i % 100, 'm'));
  };
  const auto get_for_ever = [=]() mutable {
    for (;;) {
      const std::string text = queue.get();
      if (text.find_first_not_of('m') != std::string::npos) std::abort();
    }
  };
  std::mt19937 random{5};
  std::vector<Process> putters, getters;
  for (int i = 0; i < 2; ++i) putters.emplace_back(put_for_ever).start(), getters.emplace_back(get_for_ever).start();
  for (int round = 0; round < 70; ++round) {
    ::usleep(static_cast<unsigned>(random() % 2000));
    auto& victims = random() % 2 ? putters : getters;
    Process& victim = victims[random() % 2];
    victim.kill();
    expect_end(victim);
    EXPECT_EQ(victim.exitcode(), -SIGKILL) << "it died by itself before: a message was not whole";
    victim = &victims == &putters ? Process{put_for_ever} : Process{get_for_ever};
    victim.start();
  }
  for (auto& process : getters) process.kill();  // now we alone get, and something still comes
  for (auto& process : getters) process.join();
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(mp::wait_ready({queue}, tidy::watchdog).size(), 1U) << "nothing comes any more";
    EXPECT_EQ(queue.get().find_first_not_of('m'), std::string::npos);
  }
  for (auto& process : putters) process.kill();
}

// ---- what Queue adds: limit, feeder, deadlines ----

TEST(Queue, HasRoomForSoManyAndNoMore) {
  Queue<int> queue{2};
  EXPECT_TRUE(queue.try_put(1));
  EXPECT_FALSE(queue.full());
  EXPECT_TRUE(queue.try_put(2));
  EXPECT_TRUE(queue.full());
  EXPECT_EQ(queue.size_hint(), 2);
  EXPECT_FALSE(queue.try_put(3));
  EXPECT_FALSE(queue.try_put_for(3, 20ms));
  EXPECT_EQ(get_in_time(queue), 1);
  EXPECT_TRUE(queue.try_put(3));
  EXPECT_EQ(get_in_time(queue), 2);
  EXPECT_EQ(get_in_time(queue), 3);
  EXPECT_EQ(queue.size_hint(), 0);
}

TEST(Queue, BlocksAPutUntilSomebodyTakesSomething) {
  Queue<int> queue{1};
  Process other{[=]() mutable {
    while (!queue.full()) ::usleep(1'000);
    queue.put(2);
  }};
  other.start();
  queue.put(1);
  EXPECT_FALSE(other.try_join_for(30ms));
  EXPECT_EQ(get_in_time(queue), 1);
  EXPECT_EQ(get_in_time(queue), 2);
  expect_end(other);
}

TEST(Queue, WaitsOnlySoLong) {
  Queue<int> queue;
  EXPECT_EQ(queue.try_get(), std::nullopt);
  const auto start = mp::Clock::now();
  EXPECT_EQ(queue.try_get_for(30ms), std::nullopt);
  EXPECT_GE(mp::seconds_since(start), 0.03);
  queue.put(1);
  EXPECT_EQ(queue.try_get_for(tidy::watchdog), 1);
}

TEST(Queue, WithoutALimitNeverBlocksAPut) {
  Queue<int> queue;
  for (int i = 0; i < 20'000; ++i) queue.put(i);
  EXPECT_FALSE(queue.full());
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(get_in_time(queue), i);
}

TEST(Queue, PicklesInTheCallersThread) {
  Queue<Refusing> queue{1};
  EXPECT_THROW(queue.put({-1}), std::domain_error);
  Refusing value{1};
  EXPECT_TRUE(queue.try_put(value)) << "the one that failed took no slot";
  value.n = 2;
  EXPECT_EQ(get_in_time(queue).n, 1) << "it was written when it was put";
}

TEST(Queue, GoesOnAfterAMessageThatCannotBeRead) {
  Queue<Refusing> queue{1};
  queue.put({13});
  EXPECT_THROW(queue.get(), mp::DecodeError);
  EXPECT_TRUE(queue.try_put({1})) << "its slot is free again";
  EXPECT_EQ(get_in_time(queue).n, 1);
}

TEST(Queue, CarriesConnections) {
  auto [reader, writer] = mp::one_way_pipe();
  Queue<mp::Connection> queue;
  queue.put(writer);
  writer.close();
  queue.get().send(5);
  EXPECT_EQ(reader.recv<int>(), 5);
  EXPECT_THROW(reader.recv<int>(), mp::EndOfFile);
}

TEST(Queue, SendsWhatWasPutBeforeItWasClosed) {
  Queue<int> queue;
  Process other{[=]() mutable {
    for (int i = 0; i < 3000; ++i) queue.put(i);
    queue.close();
    queue.join_thread();
    std::raise(SIGKILL);
  }};
  other.start();
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(get_in_time(queue), i);
  expect_end(other);
}

TEST(Queue, LeavesNoThreadBehindToForkBeside) {
  const int before = mp::thread_count();
  for (int i = 0; i < 50; ++i) {
    {
      Queue<int> queue;
      queue.put(i);
      EXPECT_EQ(get_in_time(queue), i);
    }
    ASSERT_EQ(mp::thread_count(), before);
  }
}

TEST(Queue, WantsToBeClosedBeforeItsFeederIsJoined) {
  Queue<int> queue;
  EXPECT_THROW(queue.join_thread(), std::logic_error);
  queue.close();
  queue.join_thread();  // there never was a feeder
}

TEST(Queue, WaitsForItsFeederWhenTheProcessEnds) {
  for (const bool by_exit : {false, true}) {
    Queue<int> queue;
    Process other{[=]() mutable {
      for (int i = 0; i < 3000; ++i) queue.put(i);
      if (by_exit) std::exit(0);
    }};
    other.start();
    for (int i = 0; i < 3000; ++i) ASSERT_EQ(get_in_time(queue), i);
    expect_end(other);
  }
}

TEST(Queue, SaysWhyAProcessDoesNotEndWhenItsMessagesAreNotTaken) {
  const auto seen = tidy::in_child([] {
    Queue<std::string> queue;
    Process worker{[=]() mutable {
      for (int i = 0; i < 2000; ++i) queue.put("result");
    }};
    worker.start();
    if (worker.try_join_for(3s)) return 1;  // the trap: join before get
    for (int i = 0; i < 2000; ++i) (void)get_in_time(queue);
    return worker.try_join_for(tidy::watchdog) ? 0 : 2;
  });
  EXPECT_EQ(seen.code, 0);
  EXPECT_TRUE(seen.errors.starts_with("Process-1 waits for a reader: ")) << seen.errors;
}

TEST(Queue, DoesNotWaitForTheFeederOnceThatIsCancelled) {
  Queue<int> queue;
  Process other{[=]() mutable {
    queue.cancel_join_thread();
    for (int i = 0; i < 3000; ++i) queue.put(i);
  }};
  other.start();
  expect_end(other);  // though nobody takes anything
  EXPECT_EQ(other.exitcode(), 0);
}

TEST(Queue, ThatNobodyElseHasDoesNotHoldUpTheEnd) {
  Queue<int> queue;
  for (int i = 0; i < 3000; ++i) queue.put(i);
}  // its destructor would wait for a reader for ever, if we counted as one

TEST(Queue, LeavesToAForkedChildNothingOfWhatItsFeederHolds) {
  if (!may_fork_beside_feeders) GTEST_SKIP() << "the sanitizer is not made for it";
  Queue<int> queue;
  for (int i = 0; i < 3000; ++i) queue.put(1);
  Process other{[=]() mutable { queue.put(1000); }};
  other.start();
  long sum = 0;
  for (int i = 0; i < 3001; ++i) sum += get_in_time(queue);
  EXPECT_EQ(sum, 4000);
  expect_end(other);
  EXPECT_EQ(queue.try_get_for(20ms), std::nullopt) << "nothing came twice";
}

TEST(Queue, KilledAfterItsLastPutLosesWhatItsFeederStillHeld) {
  Queue<int> queue;
  Process other{[=]() mutable {
    for (int i = 0; i < 3000; ++i) queue.put(i);
    std::raise(SIGKILL);
  }};
  other.start();
  expect_end(other);  // nobody takes anything meanwhile, and the channel does not hold 3,000
  int come = 0;
  while (mp::wait_ready({queue, other}).front() == mp::Waitable{queue}) ASSERT_EQ(queue.get(), come++);
  EXPECT_LT(come, 3000);
  EXPECT_EQ(queue.size_hint(), 3000 - come) << "they stay counted: nobody can tell that they are lost";
}

TEST(Queue, LosesTheSlotOfATakerThatWasKilledBeforeItGaveItBack) {
  Queue<int> queue{2};
  Process taker{[=]() mutable {
    die_at("queue: taken");
    (void)queue.get();
  }};
  taker.start();
  queue.put(1);
  queue.put(2);
  expect_end(taker);
  EXPECT_EQ(taker.exitcode(), -SIGKILL);
  EXPECT_EQ(get_in_time(queue), 2) << "1 went with the taker";
  EXPECT_TRUE(queue.try_put(3));
  EXPECT_FALSE(queue.try_put(4)) << "a slot went with it, too";
  EXPECT_EQ(get_in_time(queue), 3) << "with the rest it goes on";
}

TEST(Queue, TellsATimeoutFromTheNothingThatWasPut) {
  Queue<std::optional<int>> queue;
  EXPECT_FALSE(queue.try_get().has_value());
  EXPECT_FALSE(queue.try_get_for(5ms).has_value());
  queue.put(std::nullopt);
  const auto last = queue.try_get_for(tidy::watchdog);
  ASSERT_TRUE(last.has_value());
  EXPECT_FALSE(last->has_value());
}

TEST(Queue, CarriesAsManyDescriptorsAsItMayBesideALargeMessage) {
  Queue<std::pair<std::string, std::vector<mp::Descriptor>>> queue;
  std::pair<std::string, std::vector<mp::Descriptor>> value;
  value.first.assign(300'000, 'x');
  for (std::size_t i = 0; i < mp::most_descriptors; ++i) value.second.push_back(mp::memory_file("m"));
  queue.put(value);
  const auto [text, files] = queue.get();
  EXPECT_EQ(text.size(), 300'000U);
  EXPECT_EQ(files.size(), mp::most_descriptors);
}

TEST(Queue, HoldsNoDescriptorForALargeMessageThatWaits) {
  Queue<std::string> queue;
  for (int i = 0; i < 30; ++i) queue.put(std::string(200'000, 'x'));
  EXPECT_EQ(tidy::in_child([&] {
              int open = 0;
              for (int fd = 0; fd < 1000; ++fd) open += ::fcntl(fd, F_GETFD) != -1 ? 1 : 0;
              return open < 30 ? 0 : open;
            }).code,
            0);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(get_in_time(queue).size(), 200'000U);
}

TEST(Queue, GivesTheSlotBackWhenWhatWasTakenIsOfNoUse) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer itself needs a descriptor, to look at the error that is thrown";
#endif
  EXPECT_EQ(tidy::in_child([] {
              Queue<mp::Descriptor> queue{1};
              queue.put(mp::memory_file("m"));
              settle(queue);
              std::vector<mp::Descriptor> all;
              const rlimit few{20, 20};
              ::setrlimit(RLIMIT_NOFILE, &few);
              for (int fd; (fd = ::dup(1)) != -1;) all.emplace_back(fd);
              try {
                (void)queue.get();
                return 1;
              } catch (const std::system_error& error) {
                if (error.code() != std::errc::too_many_files_open) return 2;
              }
              return queue.size_hint();
            }).code,
            0);
}

TEST(Queue, RefusesAPutThatWaitedForRoomWhileItWasClosed) {
  JoinableQueue<int> queue{1};
  Process reader{[=]() mutable {  // another process, for this one is about to close
    ::usleep(100'000);
    (void)queue.get();
    if (queue.try_get_for(100ms)) std::exit(2);
    queue.task_done();
    std::exit(queue.size_hint() == 0 && queue.try_join_for(0s) ? 0 : 1);
  }};
  reader.start();
  queue.put(1);
  settle(queue);
  std::jthread putter{[&] { EXPECT_THROW(queue.put(2), mp::QueueClosed); }};
  ::usleep(30'000);  // it waits by now, most likely; if not, the test asks less
  queue.close();
  expect_end(reader);
  EXPECT_EQ(reader.exitcode(), 0) << "nothing came, and nothing stayed counted";
}

TEST(Queue, DoesNotHoldUpAChildThatWasForkedByHand) {
  if (!may_fork_beside_feeders) GTEST_SKIP() << "the sanitizer is not made for it";
  EXPECT_EQ(tidy::in_child([]() -> int {
              Queue<int> queue;
              queue.put(1);
              const pid_t pid = ::fork();
              if (pid == 0) std::exit(3);  // with the handlers of its parent, who has a feeder
              int status = 0;
              ::waitpid(pid, &status, 0);
              return WEXITSTATUS(status);
            }).code,
            3);
}

TEST(Queue, StopsWaitingForTheFeederWhenThatIsCancelledMeanwhile) {
  Queue<int> queue;
  Process holder{{.daemon = true}, [=] { mp::never_end(); }};  // has a reading end, and reads nothing
  holder.start();
  for (int i = 0; i < 3000; ++i) queue.put(i);
  queue.close();
  std::jthread canceller{[&] {
    ::usleep(50'000);
    queue.cancel_join_thread();
  }};
  queue.join_thread();
  canceller.join();
  holder.kill();  // and the feeder ends, for nobody can read any more
}

TEST(Queue, IsNotWaitedForBeforeADaemonThatReadsNothing) {
  const auto start = mp::Clock::now();
  const auto seen = tidy::in_child([]() -> int {
    auto& queue = *new Queue<int>;
    auto& daemon = *new Process{{.daemon = true}, [&] { mp::never_end(); }};
    daemon.start();
    for (int i = 0; i < 3000; ++i) queue.put(i);
    std::exit(5);
  });
  EXPECT_EQ(seen.code, 5);
  EXPECT_EQ(seen.errors, "") << mp::seconds_since(start);
}

TEST(Queue, ThatWasMovedAwaySaysSo) {
  Queue<int> queue;
  Queue<int> other = std::move(queue);
  EXPECT_THROW(queue.put(1), std::logic_error);
  other.put(1);
  EXPECT_EQ(get_in_time(other), 1);
}

TEST(QueueRace, ForksWhileOtherThreadsPutAndGet) {
  if (!may_fork_beside_feeders) GTEST_SKIP() << "the sanitizer is not made for it";
  Queue<int> queue;
  std::atomic<bool> stop = false;
  std::jthread putter{[&] {
    while (!stop) queue.put(1), std::this_thread::yield();
  }};
  std::jthread getter{[&] {
    while (!stop) (void)queue.try_get_for(1ms);
  }};
  for (int i = 0; i < 12; ++i) {
    Process child{[&] {
      queue.put(2);  // needs locks that other threads may have held at the fork
      queue.cancel_join_thread();
    }};
    child.start();
    expect_end(child);
  }
  stop = true;
}

TEST(QueueRace, HandlesComeAndGo) {
  for (int i = 0; i < 15; ++i) {
    Queue<int> queue;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t)
      threads.emplace_back([q = queue]() mutable {
        for (int n = 0; n < 20; ++n) q.put(n);
      });
    int sum = 0;
    for (int n = 0; n < 60; ++n) sum += get_in_time(queue);
    EXPECT_EQ(sum, 3 * 190);
  }
}

namespace {

void kill_takers(int rounds) {
  std::mt19937 random{std::random_device{}()};
  for (int round = 0; round < rounds; ++round) {
    Queue<int> queue{64};
    const auto take = [=]() mutable {
      for (;;) (void)queue.get();
    };
    Process victim{take}, other{take};
    victim.start();
    other.start();
    for (int i = 0; i < 60; ++i) queue.put(i);
    ::usleep(static_cast<unsigned>(random() % 500));
    victim.kill();
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(queue.try_put_for(i, tidy::watchdog)) << "more than one slot is lost";
    other.kill();
  }
}

}  // namespace

TEST(Killed, TakersOfABoundedQueueNeverStopTheOthers) { kill_takers(tidy::kill_rounds); }
TEST(KilledRace, Takers) { kill_takers(5); }

// ---- JoinableQueue ----

TEST(JoinableQueue, JoinsWhenEverythingIsDone) {
  JoinableQueue<int> queue;
  queue.join();  // nothing was put
  Process worker{[=]() mutable {
    for (int i = 0; i < 2; ++i) {
      (void)queue.get();
      ::usleep(20'000);
      queue.task_done();
    }
  }};
  worker.start();
  queue.put(1);
  queue.put(2);
  EXPECT_FALSE(queue.try_join_for(0s));
  EXPECT_TRUE(queue.try_join_for(tidy::watchdog));
  queue.join();
  expect_end(worker);
}

TEST(JoinableQueue, CountsAndRefusesWhatCannotBe) {
  JoinableQueue<int> queue{1};
  EXPECT_THROW(queue.task_done(), std::logic_error);
  queue.put(1);
  EXPECT_FALSE(queue.try_put(2)) << "and what was not put need not be done";
  (void)queue.get();
  queue.task_done();
  queue.join();
  EXPECT_THROW(queue.task_done(), std::logic_error);
}

TEST(JoinableQueue, NeverJoinsForAWorkerThatDiedWithItsTask) {
  JoinableQueue<int> queue;
  Process worker{[=]() mutable {
    (void)queue.get();
    std::raise(SIGKILL);
  }};
  worker.start();
  queue.put(1);
  expect_end(worker);
  EXPECT_FALSE(queue.try_join_for(30ms));
}

TEST(JoinableQueueRace, WakesEveryJoinerEveryTime) {
  JoinableQueue<int> queue;
  for (int round = 0; round < 40; ++round) {
    queue.put(round);
    std::vector<std::jthread> joiners;
    for (int i = 0; i < 3; ++i) joiners.emplace_back([&] { EXPECT_TRUE(queue.try_join_for(tidy::watchdog)); });
    (void)queue.get();
    queue.task_done();
  }
}

// ---- SimpleQueue ----

TEST(SimpleQueue, HasWhatWasPutEvenIfThePutterIsKilledRightAfter) {
  SimpleQueue<int> queue;
  Process other{[=]() mutable {
    for (int i = 0; i < 200; ++i) queue.put(i);
    std::raise(SIGKILL);
  }};
  other.start();
  expect_end(other);
  for (int i = 0; i < 200; ++i) {
    settle(queue);
    EXPECT_EQ(queue.get(), i);
  }
}

TEST(SimpleQueue, BlocksAPutWhileTheChannelIsFull) {
  SimpleQueue<int> queue;
  Process other{[=]() mutable {
    for (int i = 0; i < 3000; ++i) queue.put(i);
  }};
  other.start();
  EXPECT_FALSE(other.try_join_for(50ms));
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(queue.get(), i);
  expect_end(other);
}

TEST(SimpleQueue, TakesALargeValueThoughNobodyReads) {
  SimpleQueue<std::string> queue;
  Process other{[=]() mutable { queue.put(std::string(10'000'000, 'x')); }};
  other.start();
  expect_end(other);
  settle(queue);
  EXPECT_EQ(queue.get().size(), 10'000'000U);
}

TEST(SimpleQueue, LeavesAnErrorOfTheCodecToWhoPuts) {
  SimpleQueue<Refusing> queue;
  EXPECT_THROW(queue.put({-1}), std::domain_error);
  queue.put({13});
  queue.put({1});
  EXPECT_THROW(queue.get(), mp::DecodeError);
  EXPECT_EQ(queue.get().n, 1);
}
