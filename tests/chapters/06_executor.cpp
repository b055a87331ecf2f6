// One contract, and every executor held to it; then what is each one's own; then the pitfalls, by their names.
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "06_executor/completed.hpp"
#include "06_executor/process_pool.hpp"
#include "06_executor/thread_pool.hpp"
#include "common/machine.hpp"
#include "common/process_tree.hpp"
#include "tests/support/numbers.hpp"
#include "tests/support/together.hpp"

using namespace std::chrono_literals;
using mp::Executor;
using mp::Future;
using mp::ProcessPoolExecutor;
using mp::ReturnWhen;
using mp::SerialExecutor;
using mp::StartBy;
using mp::ThreadPoolExecutor;
using tidy::message_of;

namespace {

int sum(int a, int b, int c) { return a + b + c; }
void nothing() {}
int my_pid() { return ::getpid(); }
int throws_at_three(int x) { return x == 3 ? throw std::out_of_range{"three"} : x; }
struct Odd : std::exception {
  const char* what() const noexcept override { return "odd"; }
};
int throws_own() { throw Odd{}; }
std::string large(int n) { return std::string(static_cast<std::size_t>(n), 'x'); }
std::string twice(const std::string& text) { return text + text; }
int dies() { return ::raise(SIGKILL); }
int leaves(int code) { std::exit(code); }
int never_ends() {
  for (;;) ::pause();
}
void cannot_prepare() { throw std::domain_error{"no database"}; }
int prepared = 0;
void prepare(int n) { prepared = n; }
int is_prepared() { return prepared; }

/// Cannot be read back.
struct Liar {
  int n = 0;
};
Liar lies() { return {}; }
int hears(const Liar&) { return 0; }

/// Cannot be written.
struct Shy {
  int n = 0;
};
Shy hides() { return {}; }
int looks_at(const Shy&) { return 0; }

/// A gate that tasks wait at, in whatever process they are: a file.
class Gate {
 public:
  Gate() : path_{tidy::folder() + "/gate"} { std::ofstream{path_}; }
  ~Gate() { open(); }  // so make it after the executor, which waits for those at the gate
  void open() const { std::filesystem::remove(path_); }
  operator std::string() const { return path_; }

 private:
  std::string path_;
};
int waits_at(const std::string& gate, int x) {
  while (std::filesystem::exists(gate)) ::usleep(500);
  return x;
}

Numbers listed(auto&& results) {
  Numbers all;
  for (const int x : results) all.push_back(x);
  return all;
}
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
template <class R>
Future<R> done_in_time(const Future<R>& future) {
  EXPECT_TRUE(tidy::eventually([&] { return future.done(); })) << "it hangs";
  return future;
}

struct Engine {
  std::string name;
  std::function<std::unique_ptr<Executor>(int workers)> make;
  friend void PrintTo(const Engine& engine, std::ostream* out) { *out << engine.name; }
};
template <class Made>
Engine engine(const char* name, auto... options) {
  return {name, [=](int workers) { return std::make_unique<Made>(workers, options...); }};
}
const Engine serial{"Serial", [](int) { return std::make_unique<SerialExecutor>(); }};
const Engine threads = engine<ThreadPoolExecutor>("Threads");
const Engine forked{"Forked", [](int n) { return std::make_unique<ProcessPoolExecutor>(n); }};
const Engine spawned{"Spawned", [](int n) {
                       return std::make_unique<ProcessPoolExecutor>(n, mp::ProcessPoolOptions{.start = StartBy::spawn});
                     }};
const Engine repaired{
    "Repaired", [](int n) { return std::make_unique<ProcessPoolExecutor>(n, mp::ProcessPoolOptions{.repair = true}); }};

class ExecutorTest : public testing::TestWithParam<Engine> {
 protected:
  std::unique_ptr<Executor> make(int workers) { return GetParam().make(workers); }
};
/// What every executor does, and what all do that have workers.
using ExecutorContract = ExecutorTest;
using WorkersContract = ExecutorTest;
std::string name_of(const testing::TestParamInfo<Engine>& engine) { return engine.param.name; }
INSTANTIATE_TEST_SUITE_P(All, ExecutorContract, testing::Values(serial, threads, forked, spawned, repaired), name_of);
INSTANTIATE_TEST_SUITE_P(All, WorkersContract, testing::Values(threads, forked, spawned, repaired), name_of);

}  // namespace

template <>
struct mp::Codec<Liar> {
  static constexpr Crossing crossing = Crossing::anywhere;
  static void encode(Encoder& out, const Liar& liar) { out.plain(liar.n); }
  static Liar decode(Decoder&) { throw DecodeError{"it was a lie"}; }
};

template <>
struct mp::Codec<Shy> {
  static constexpr Crossing crossing = Crossing::anywhere;
  static void encode(Encoder&, const Shy&) { throw std::domain_error{"it is shy"}; }
  static Shy decode(Decoder&) { return {}; }
};

// ---- what every executor does ----

TEST_P(ExecutorContract, SubmitGivesWhatTheCallReturns) {
  const auto executor = make(2);
  const Future<int> nine = executor->submit(mp::fn<square>, 3);
  const Future<std::string> text = executor->submit(mp::fn<twice>, "ab");
  const Future<void> none = executor->submit(mp::fn<nothing>);
  EXPECT_EQ(nine.result(), 9);
  EXPECT_EQ(nine.result(), 9) << "as often as you like";
  EXPECT_EQ(nine.exception(), nullptr);
  EXPECT_EQ(text.result(), "abab");
  none.result();
  EXPECT_TRUE(nine.done() && none.done());
  EXPECT_FALSE(nine.running() || nine.cancelled());
  EXPECT_EQ(executor->submit([](int a, int b) { return a - b; }, 7, 5).result(), 2) << "a lambda without captures";
}
TEST_P(ExecutorContract, AndWhatItThrows) {
  const auto executor = make(2);
  const auto future = executor->submit(mp::fn<throws_at_three>, 3);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(message_of<std::out_of_range>([&] { future.result(); }), "three");
  EXPECT_EQ(message_of<std::out_of_range>([&] { std::rethrow_exception(future.exception()); }), "three");
  EXPECT_TRUE(future.done());
  EXPECT_TRUE(contains(message_of<std::exception>([&] { executor->submit(mp::fn<throws_own>).result(); }), "odd"));
  EXPECT_EQ(executor->submit(mp::fn<square>, 2).result(), 4) << "it goes on";
}
TEST_P(ExecutorContract, FuturesOutliveIt) {
  std::optional<Future<int>> future;
  {
    const auto executor = make(2);
    future = executor->submit(mp::fn<square>, 4);
  }
  EXPECT_TRUE(future->done()) << "it waits at its end";
  EXPECT_EQ(future->result(), 16);
}
TEST_P(ExecutorContract, MapKeepsTheOrder) {
  const auto executor = make(3);
  for (const int n : {0, 1, 2, 100})
    for (const long chunksize : {1L, 3L, 1000L})
      EXPECT_EQ(listed(executor->map(mp::fn<square>, numbers(n), {.chunksize = chunksize})), squares(n))
          << n << " by " << chunksize;
}
TEST_P(ExecutorContract, MapTakesUpToThreeRangesUntilTheShortestEnds) {
  const auto executor = make(2);
  EXPECT_EQ(listed(executor->map(mp::fn<sum>, std::views::iota(0), Numbers{10, 20, 30}, numbers(2))),
            (Numbers{10, 22}));
  EXPECT_EQ(listed(executor->map([](int a, int b) { return a * b; }, numbers(3), Numbers{5, 5, 5}, {.chunksize = 2})),
            (Numbers{0, 5, 10}));
}
TEST_P(ExecutorContract, MapThrowsAtItsTurnAndIsAtItsEndThen) {
  const auto executor = make(2);
  auto results = executor->map(mp::fn<throws_at_three>, numbers(10));
  for (const int x : {0, 1, 2}) EXPECT_EQ(results.next(), x);
  EXPECT_THROW((void)results.next(), std::out_of_range);
  EXPECT_EQ(results.next(), std::nullopt);
  EXPECT_EQ(results.next(), std::nullopt);
}
TEST_P(ExecutorContract, MapRefusesOptionsThatMakeNoSense) {
  const auto executor = make(1);
  EXPECT_EQ(
      message_of<std::invalid_argument>([&] { (void)executor->map(mp::fn<square>, numbers(3), {.chunksize = 0}); }),
      "chunksize must be 1 or more, not 0");
  EXPECT_EQ(
      message_of<std::invalid_argument>([&] { (void)executor->map(mp::fn<square>, numbers(3), {.buffersize = -1}); }),
      "buffersize must be 1 or more, not -1");
}
TEST_P(ExecutorContract, MapReadsAheadSoFarAsItsBufferAllows) {
  const auto executor = make(2);
  int read = 0;
  auto endless = std::views::iota(0) | std::views::transform([&](int x) { return ++read, x; });
  auto results = executor->map(mp::fn<square>, endless, {.chunksize = 2, .buffersize = 3});
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(results.next(), square(i));
    ASSERT_LE(read, i + 1 + 2 * 4);
  }
}
TEST_P(ExecutorContract, MapOfWhatReturnsNothing) {
  const auto executor = make(2);
  long n = 0;
  for (const bool done : executor->map([](int) {}, numbers(5))) n += done ? 1 : 0;
  EXPECT_EQ(n, 5);
}
TEST_P(ExecutorContract, AMapThatNobodyBeginsToReadIsDoneAllTheSame) {
  const auto executor = make(1);
  const Gate gate;
  if (GetParam().name != "Serial") executor->submit(mp::fn<waits_at>, std::string{gate}, 0);
  const std::string mark = tidy::folder() + "/mark";
  (void)executor->map([](const std::string& path) { std::ofstream{path}; }, std::vector<std::string>{mark});
  gate.open();
  executor->shutdown();
  EXPECT_TRUE(std::filesystem::remove(mark));
}
TEST_P(ExecutorContract, AsCompletedGivesEachOnce) {
  const auto executor = make(2);
  std::vector<Future<int>> futures;
  for (const int x : numbers(20)) futures.push_back(executor->submit(mp::fn<square>, x));
  futures.push_back(futures.front());
  Numbers all;
  for (const auto& future : mp::as_completed(futures)) all.push_back(future.result());
  std::ranges::sort(all);
  EXPECT_EQ(all, squares(20));
  EXPECT_EQ(mp::as_completed(std::vector<Future<int>>{}).next(), std::nullopt);
}
TEST_P(ExecutorContract, WaitReturnsWhenAllAreDone) {
  const auto executor = make(2);
  std::vector<Future<int>> futures;
  for (const int x : {1, 3, 5}) futures.push_back(executor->submit(mp::fn<throws_at_three>, x));
  futures.push_back(futures.front());
  const auto [done, not_done] = mp::wait(futures);
  EXPECT_EQ(done, std::set(futures.begin(), futures.end()));
  EXPECT_TRUE(not_done.empty());
  EXPECT_TRUE(mp::wait(std::vector<Future<int>>{}).done.empty());
}
TEST_P(ExecutorContract, CallsBackWithTheFutureWhenItIsDone) {
  const auto executor = make(1);
  std::mutex mutex;
  Numbers called;
  const auto note = [&](int n) {
    return [&, n](const Future<int>& future) {
      const std::scoped_lock lock{mutex};
      called.push_back(n * 100 + future.result());
    };
  };
  const auto future = executor->submit(mp::fn<square>, 3);
  for (const int n : {1, 2, 3}) future.add_done_callback(note(n));
  executor->shutdown();
  future.add_done_callback(note(4));  // at once
  EXPECT_EQ(called, (Numbers{109, 209, 309, 409}));
}
TEST_P(ExecutorContract, TakesNoTasksOnceItIsShutDown) {
  const auto executor = make(1);
  const auto future = executor->submit(mp::fn<square>, 3);
  executor->shutdown();
  EXPECT_TRUE(future.done());
  EXPECT_EQ(message_of<std::logic_error>([&] { executor->submit(mp::fn<square>, 3); }),
            "the executor is shut down: it takes no more tasks");
  EXPECT_THROW((void)executor->map(mp::fn<square>, numbers(3)), std::logic_error);
  executor->shutdown();
  executor->shutdown({.wait = false, .cancel_futures = true});
}
TEST_P(ExecutorContract, MayBeShutDownWithoutEverHavingATask) {
  make(3)->shutdown();
  make(3);
}
TEST_P(ExecutorContract, CarriesLargeThingsBothWaysAtOnce) {
  const auto executor = make(2);
  std::vector<Future<std::string>> futures;
  const std::string text = large(3'000'000);
  for (int i = 0; i < 6; ++i) futures.push_back(executor->submit(mp::fn<twice>, text));
  for (const auto& future : futures) EXPECT_EQ(future.result().size(), 6'000'000U);
}
TEST_P(ExecutorContract, TakesTasksFromManyThreads) {
  const auto executor = make(2);
  std::atomic<int> right = 0;
  {
    executor->submit(mp::fn<nothing>).result();  // so that nothing forks beside the threads
    std::vector<std::jthread> callers;
    for (int t = 0; t < 4; ++t)
      callers.emplace_back([&, t] {
        for (int i = 0; i < 100; ++i)
          right += executor->submit(mp::fn<square>, t * 100 + i).result() == square(t * 100 + i);
      });
  }
  EXPECT_EQ(right, 400);
}

// ---- what all do that have workers ----

TEST_P(WorkersContract, AFutureIsRunningOnceAWorkerHasIt) {
  const auto executor = make(1);
  const Gate gate;
  const auto future = executor->submit(mp::fn<waits_at>, std::string{gate}, 5);
  EXPECT_TRUE(tidy::eventually([&] { return future.running(); }));
  EXPECT_FALSE(future.cancel());
  EXPECT_FALSE(future.done() || future.cancelled());
  EXPECT_THROW(future.result_for(1ms), mp::TimeoutError);
  gate.open();
  EXPECT_EQ(future.result_for(tidy::watchdog), 5);
}
TEST_P(WorkersContract, CancelsWhatHasNotBegun) {
  const auto executor = make(1);
  const Gate gate;
  std::vector<Future<int>> futures;
  for (const int x : numbers(6)) futures.push_back(executor->submit(mp::fn<waits_at>, std::string{gate}, x));
  EXPECT_TRUE(tidy::eventually([&] { return futures[0].running(); }));
  int called = 0;
  futures[5].add_done_callback([&](const Future<int>& future) { called += future.cancelled() ? 1 : 0; });
  EXPECT_TRUE(futures[5].cancel());
  EXPECT_TRUE(futures[5].cancel()) << "it is";
  EXPECT_EQ(called, 1);
  EXPECT_TRUE(futures[5].cancelled() && futures[5].done());
  EXPECT_THROW(futures[5].result(), mp::CancelledError);
  EXPECT_THROW((void)futures[5].exception(), mp::CancelledError);
  gate.open();
  EXPECT_EQ(futures[4].result(), 4);
}
TEST_P(WorkersContract, TasksRunAtTheSameTime) {
  const auto executor = make(2);
  const std::string first = tidy::folder() + "/first", second = tidy::folder() + "/second";
  const auto meet = [](const std::string& mine, const std::string& other) {
    std::ofstream{mine};
    while (!std::filesystem::exists(other)) ::usleep(500);
  };
  const auto one = executor->submit(meet, first, second), two = executor->submit(meet, second, first);
  mp::wait(std::vector{one, two});
  EXPECT_TRUE(std::filesystem::remove(first) && std::filesystem::remove(second));
}
TEST_P(WorkersContract, WaitReturnsWithTheFirst) {
  const auto executor = make(2);
  const Gate gate;
  const auto held = executor->submit(mp::fn<waits_at>, std::string{gate}, 1);
  const auto quick = executor->submit(mp::fn<square>, 3);
  auto seen = mp::wait(std::vector{held, quick}, {}, ReturnWhen::first_completed);
  EXPECT_EQ(seen.done, std::set{quick});
  EXPECT_EQ(seen.not_done, std::set{held});
  seen = mp::wait(std::vector{held, quick}, 1ms);
  EXPECT_EQ(seen.not_done, std::set{held}) << "a timeout is no error";
}
TEST_P(WorkersContract, OrWithTheFirstThatHasThrown) {
  const auto executor = make(2);
  const Gate gate;
  const auto held = executor->submit(mp::fn<waits_at>, std::string{gate}, 1);
  const auto good = executor->submit(mp::fn<throws_at_three>, 2), bad = executor->submit(mp::fn<throws_at_three>, 3);
  const auto seen = mp::wait(std::vector{held, good, bad}, {}, ReturnWhen::first_exception);
  EXPECT_TRUE(seen.done.contains(bad));
  EXPECT_TRUE(seen.not_done.contains(held));
}
TEST_P(WorkersContract, AsCompletedGivesTheFastBeforeTheSlow) {
  const auto executor = make(2);
  const Gate gate;
  std::vector<Future<int>> futures{executor->submit(mp::fn<waits_at>, std::string{gate}, 0)};
  for (const int x : {1, 2, 3}) futures.push_back(executor->submit(mp::fn<square>, x));
  auto results = mp::as_completed(futures);
  for (int i = 0; i < 3; ++i) EXPECT_NE(results.next(), futures[0]);
  gate.open();
  EXPECT_EQ(results.next(), futures[0]);
  EXPECT_EQ(results.next(), std::nullopt);
}
TEST_P(WorkersContract, AsCompletedGivesWhatIsThereAndThenSaysHowManyAreLate) {
  const auto executor = make(2);
  const Gate gate;
  const auto held = executor->submit(mp::fn<waits_at>, std::string{gate}, 0);
  const auto quick = executor->submit(mp::fn<square>, 3);
  EXPECT_EQ(quick.result(), 9);
  auto results = mp::as_completed(std::vector{held, quick}, 0s);
  EXPECT_EQ(results.next(), quick);
  EXPECT_EQ(message_of<mp::TimeoutError>([&] { (void)results.next(); }), "1 (of 2) futures unfinished");
}
TEST_P(WorkersContract, WhoGivesUpAsCompletedIsToldNoMore) {
  const auto executor = make(1);
  const Gate gate;
  const auto held = executor->submit(mp::fn<waits_at>, std::string{gate}, 0);
  for (int i = 0; i < 100; ++i) EXPECT_THROW((void)mp::as_completed(std::vector{held}, 0s).next(), mp::TimeoutError);
  gate.open();
  EXPECT_EQ(held.result(), 0);
}
TEST_P(WorkersContract, MapThrowsWhereAResultIsLateAndCancelsTheRest) {
  const auto executor = make(1);
  const Gate gate;
  auto late = executor->map(mp::fn<waits_at>, std::vector<std::string>(6, gate), numbers(6), {.timeout = 10ms});
  EXPECT_THROW((void)late.next(), mp::TimeoutError);
  EXPECT_EQ(late.next(), std::nullopt);
  gate.open();
  executor->shutdown();
}
TEST_P(WorkersContract, AMapThatIsLeftHalfWayCancelsTheRest) {
  const auto executor = make(1);
  const Gate gate;
  const std::string mark = tidy::folder() + "/mark";
  {
    auto results = executor->map(
        [](const std::string& path, const std::string& gate_path, int x) {
          if (x == 9) std::ofstream{path};
          return x == 0 ? 0 : waits_at(gate_path, x);
        },
        std::vector<std::string>(10, mark), std::vector<std::string>(10, gate), numbers(10));
    EXPECT_EQ(results.next(), 0);
  }
  gate.open();
  executor->shutdown();
  EXPECT_FALSE(std::filesystem::exists(mark));
}
TEST_P(WorkersContract, ShutdownCancelsWhatHasNotBegun) {
  const auto executor = make(1);
  const Gate gate;
  std::vector<Future<int>> futures;
  for (const int x : numbers(6)) futures.push_back(executor->submit(mp::fn<waits_at>, std::string{gate}, x));
  EXPECT_TRUE(tidy::eventually([&] { return futures[0].running(); }));
  executor->shutdown({.wait = false, .cancel_futures = true});
  EXPECT_TRUE(tidy::eventually([&] { return futures[5].cancelled(); }));
  gate.open();
  executor->shutdown();
  EXPECT_EQ(futures[0].result(), 0);
  for (const auto& future : futures) EXPECT_TRUE(future.done());
}
TEST_P(WorkersContract, ShutdownWithoutWaitingFinishesWhatItHas) {
  const auto executor = make(1);
  const Gate gate;
  std::vector<Future<int>> futures;
  for (const int x : numbers(6)) futures.push_back(executor->submit(mp::fn<waits_at>, std::string{gate}, x));
  executor->shutdown({.wait = false});
  EXPECT_FALSE(futures[5].done());
  gate.open();
  for (const int x : numbers(6)) EXPECT_EQ(futures[static_cast<std::size_t>(x)].result(), x);
}
TEST_P(WorkersContract, ACallbackThatThrowsIsPrintedAndHarmsNobody) {
  const auto ended = tidy::in_child([this] {
    const auto executor = make(1);
    int called = 0;
    const auto future = executor->submit(mp::fn<square>, 3);
    future.add_done_callback([](const Future<int>&) { throw std::runtime_error{"oh"}; });
    future.add_done_callback([&](const Future<int>&) { ++called; });
    executor->shutdown();
    return called == 1 ? 0 : 1;
  });
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.errors, "a callback of a future threw std::runtime_error: oh\n");
}
TEST_P(WorkersContract, TakesTasksFromCallbacks) {
  const auto executor = make(1);
  std::promise<int> later;
  executor->submit(mp::fn<square>, 2).add_done_callback([&](const Future<int>& four) {
    executor->submit(mp::fn<square>, four.result()).add_done_callback([&](const Future<int>& x) {
      later.set_value(x.result());
    });
  });
  EXPECT_EQ(later.get_future().get(), 16);
}
TEST_P(WorkersContract, BelongsToTheProcessThatMadeIt) {
  const auto executor = make(1);
  const Gate gate;
  const auto future = executor->submit(mp::fn<waits_at>, std::string{gate}, 3);
  const auto ended = tidy::in_child([&] {
    const bool refused = contains(message_of<std::logic_error>([&] { executor->submit(mp::fn<square>, 1); }),
                                  "belongs to another process");
    return refused && contains(message_of<std::logic_error>([&] { future.result(); }), "will never come here") ? 0 : 1;
  });
  EXPECT_EQ(ended.code, 0) << ended.errors;
}
TEST_P(WorkersContract, MayBeDestroyedInAForkedCopy) {
  auto executor = make(1);
  executor->submit(mp::fn<nothing>).result();
  const auto ended = tidy::in_child([&] { return executor.reset(), 0; });
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(executor->submit(mp::fn<square>, 3).result(), 9);
}

// ---- threads ----

TEST(Threads, TakeAnyCallable) {
  ThreadPoolExecutor executor{2};
  int n = 3;
  EXPECT_EQ(executor.submit([&n](std::unique_ptr<int> p) { return n + *p; }, std::make_unique<int>(4)).result(), 7);
  const auto pointer = executor.submit([] { return std::make_unique<int>(5); });
  EXPECT_EQ(*pointer.result(), 5) << "a result that cannot be copied";
  EXPECT_EQ(listed(executor.map([&n](int x) { return x + n; }, numbers(3))), (Numbers{3, 4, 5}));
  SerialExecutor here;
  EXPECT_EQ(here.submit([&n] { return ++n; }).result(), 4);
}
TEST(Threads, AreStartedAsTheyAreNeeded) {
  const int before = mp::thread_count();
  ThreadPoolExecutor executor{8};
  EXPECT_EQ(mp::thread_count(), before);
  for (int i = 0; i < 5; ++i) {
    executor.submit([] {}).result();
    ASSERT_TRUE(tidy::eventually([&] { return mp::thread_count() <= before + 1 + i; }));
  }
  for (int i = 0; i < 100; ++i) executor.submit([] { std::this_thread::yield(); });
  executor.submit([] {}).result();
  EXPECT_LE(mp::thread_count(), before + 8);
}
TEST(Threads, AnInitializerThatThrowsBreaksThePool) {
  ThreadPoolExecutor executor{1, {.initializer = [] { throw std::domain_error{"no database"}; }}};
  try {
    const auto future = executor.submit([] {});
    EXPECT_EQ(message_of<mp::BrokenThreadPool>([&] { future.result(); }),
              "a thread's initializer threw std::domain_error: no database");
  } catch (const mp::BrokenThreadPool&) {}
  EXPECT_THROW(executor.submit([] {}), mp::BrokenThreadPool);
}
TEST(Threads, AreInitializedOnce) {
  std::atomic<int> made = 0;
  {
    ThreadPoolExecutor executor{1, {.initializer = [&] { ++made; }}};
    for (int i = 0; i < 10; ++i) executor.submit([] {});
  }
  EXPECT_EQ(made, 1);
}
TEST(Threads, MustBeOneOrMore) {
  EXPECT_THROW(ThreadPoolExecutor{0}, std::invalid_argument);
  EXPECT_THROW(ProcessPoolExecutor{-1}, std::invalid_argument);
  EXPECT_THROW((ProcessPoolExecutor{1, {.max_tasks_per_child = 0}}), std::invalid_argument);
}

TEST(Threads, GiveWhatCannotBeCopied) {
  ThreadPoolExecutor executor{2};
  EXPECT_EQ(*executor.submit([] { return std::make_unique<int>(5); }).result(), 5);
  int sum_of_all = 0;
  for (const auto& pointer : executor.map([](int x) { return std::make_unique<int>(x); }, numbers(4)))
    sum_of_all += **&pointer;
  EXPECT_EQ(sum_of_all, 6);
}
TEST(Threads, FailAFutureWhoseResultCannotBeMoved) {
  struct Brittle {
    Brittle() = default;
    Brittle(Brittle&&) { throw std::domain_error{"brittle"}; }
  };
  ThreadPoolExecutor executor{1};
  const auto bad = executor.submit([] { return Brittle{}; });
  const auto good = executor.submit([] { return 1; });
  EXPECT_EQ(message_of<std::domain_error>([&] { (void)bad.result(); }), "brittle");
  EXPECT_EQ(good.result(), 1);
}
TEST(Threads, SayThatThePoolIsBrokenWhateverTheResultIs) {
  ThreadPoolExecutor executor{1, {.initializer = [] {
                                ::usleep(20'000);
                                throw std::domain_error{"no database"};
                              }}};
  const auto future = executor.submit([] { return std::make_unique<int>(5); });
  EXPECT_THROW((void)future.result(), mp::BrokenThreadPool);
}
TEST(Threads, LetACallbackGiveUpTheLastFuture) {
  for (int i = 0; i < 50; ++i) {
    ThreadPoolExecutor executor{1};
    std::atomic<bool> go = false;
    executor.submit([&] { go.wait(false); });
    auto future = std::make_optional(executor.submit([] { return 1; }));
    int called = 0;
    future->add_done_callback([&](const Future<int>&) { future.reset(), ++called; });
    future->add_done_callback([&](const Future<int>&) { ++called; });
    executor.shutdown({.wait = false, .cancel_futures = true});
    EXPECT_EQ(called, 2);
    go = true, go.notify_all();
  }
}
TEST(Threads, AreCalledBackInTheirOwnProcessOnly) {
  auto executor = std::make_unique<ThreadPoolExecutor>(1);
  const Gate gate;
  executor->submit(mp::fn<waits_at>, std::string{gate}, 1);
  const auto future = executor->submit(mp::fn<square>, 3);
  const mp::RawArray<std::atomic<int>> called{1};
  future.add_done_callback([&](const Future<int>&) { ++called[0]; });
  const auto ended = tidy::in_child([&] { return executor.reset(), 0; });
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(called[0], 0);
  gate.open();
  EXPECT_EQ(future.result(), 9);
}
TEST(Ranges, OfFuturesMayBeViewsAndLists) {
  SerialExecutor executor;
  int submitted = 0;
  auto made = std::views::iota(0, 4) |
              std::views::transform([&](int x) { return ++submitted, executor.submit(mp::fn<square>, x); });
  EXPECT_EQ(mp::wait(made).done.size(), 4U);
  EXPECT_EQ(submitted, 4) << "each is looked at once";
  std::vector<Future<int>> futures;
  for (const int x : numbers(6)) futures.push_back(executor.submit(mp::fn<square>, x));
  int n = 0;
  for (const auto& future : mp::as_completed(futures | std::views::filter([](auto& f) { return f.result() > 3; })))
    n += future.result();
  EXPECT_EQ(n, 4 + 9 + 16 + 25);
  EXPECT_EQ(mp::wait({futures[0], futures[1]}).done.size(), 2U);
}
TEST(Ranges, ThatThrowDoSoAtTheirTurn) {
  SerialExecutor executor;
  auto input = std::views::iota(0) | std::views::transform(throws_at_three);
  EXPECT_THROW((void)executor.map(mp::fn<square>, input), std::out_of_range);
  auto results = executor.map(mp::fn<square>, input, {.buffersize = 2});
  for (const int x : {0, 1, 4}) EXPECT_EQ(results.next(), x);
  EXPECT_THROW((void)results.next(), std::out_of_range);
  EXPECT_EQ(results.next(), std::nullopt);
}
TEST(Ranges, OfResultsMayBeMoved) {
  SerialExecutor executor;
  auto results = executor.map(mp::fn<square>, numbers(5), {.chunksize = 2});
  EXPECT_EQ(results.next(), 0);
  auto moved = std::move(results);
  EXPECT_EQ(listed(moved), (Numbers{1, 4, 9, 16}));
}

// ---- who waits for itself ----

TEST(WouldDeadlock, WhereTheOnlyThreadWaitsForATaskOfItsOwnPool) {
  ThreadPoolExecutor executor{1};
  const auto outer = executor.submit([&] { return executor.submit([] { return 1; }).result(); });
  EXPECT_THROW((void)done_in_time(outer).result(), mp::WouldDeadlock);
  EXPECT_EQ(executor.submit([] { return 2; }).result(), 2);
}
TEST(WouldDeadlock, OrAllOfThem) {
  ThreadPoolExecutor executor{3};
  std::atomic<int> here = 0;
  const auto nested = [&] {
    for (++here; here < 3;) std::this_thread::yield();
    const auto inner = std::vector{executor.submit([] { return 1; }), executor.submit([] { return 2; })};
    for (const auto& future : mp::as_completed(inner)) (void)future.result();
    return mp::wait(inner).done.size();
  };
  std::vector<Future<std::size_t>> outer;
  for (int i = 0; i < 3; ++i) outer.push_back(executor.submit(nested));
  int refused = 0;
  for (const auto& future : outer) {
    try {
      EXPECT_EQ(done_in_time(future).result(), 2U);
    } catch (const mp::WouldDeadlock&) {
      ++refused;
    }
  }
  EXPECT_GE(refused, 1);
  EXPECT_LT(refused, 3) << "the others find a free thread then";
}
TEST(WouldDeadlock, ButNotWhereSomebodyIsLeft) {
  ThreadPoolExecutor executor{2};
  std::function<int(int)> down = [&](int n) {
    return n == 0 ? 0 : 1 + executor.submit([] { return 0; }).result() + down(n - 1);
  };
  for (int i = 0; i < 200; ++i) ASSERT_EQ(done_in_time(executor.submit(down, 5)).result(), 5);
}
TEST(WouldDeadlock, NorWhereATaskIsDoneWhoseWaiterHasNotWokenYet) {
  ThreadPoolExecutor executor{2};
  for (int i = 0; i < 500; ++i) {
    std::promise<Future<int>> last;
    const auto first = executor.submit([&] {
      const auto one = executor.submit([] { return 1; });
      last.set_value(executor.submit([&] { return executor.submit([] { return 2; }).result(); }));
      return one.result();
    });
    ASSERT_EQ(done_in_time(first).result(), 1);
    ASSERT_EQ(done_in_time(last.get_future().get()).result(), 2);
  }
}
TEST(WouldDeadlock, AmongOthersWhereOnlyItsOwnAreLeft) {
  ThreadPoolExecutor executor{1}, other{1};
  const auto outer = executor.submit([&] {
    int n = 0;
    for (const auto& future : mp::as_completed({other.submit([] { return 1; }), executor.submit([] { return 2; })}))
      n += future.result();
    return n;
  });
  EXPECT_THROW((void)done_in_time(outer).result(), mp::WouldDeadlock);
}
TEST(WouldDeadlock, NorWhereTheWaitHasAnEnd) {
  ThreadPoolExecutor executor{1};
  const auto outer = executor.submit([&] { return executor.submit([] { return 1; }).result_for(1ms); });
  EXPECT_THROW((void)done_in_time(outer).result(), mp::TimeoutError);
}
TEST(WouldDeadlock, NorWhereItWaitsForAnotherPool) {
  ThreadPoolExecutor one{1}, other{1};
  EXPECT_EQ(one.submit([&] { return other.submit([] { return 5; }).result(); }).result(), 5);
}

// ---- processes ----

TEST(Processes, DoTheWork) {
  ProcessPoolExecutor executor{2};
  EXPECT_NE(executor.submit(mp::fn<my_pid>).result(), ::getpid());
}
TEST(Processes, AreForkedWithTheFirstTask) {
  ProcessPoolExecutor executor{3};
  EXPECT_EQ(mp::descendants(::getpid()).size(), 0U);
  executor.submit(mp::fn<nothing>).result();
  EXPECT_EQ(mp::descendants(::getpid()).size(), 3U);
}
TEST(Processes, OrSpawnedAsTheyAreNeeded) {
  ProcessPoolExecutor executor{3, {.start = StartBy::spawn}};
  for (int i = 0; i < 3; ++i) executor.submit(mp::fn<nothing>).result();
  EXPECT_EQ(mp::descendants(::getpid()).size(), 1U);
}
TEST(Processes, MakeTheirInitialCall) {
  ProcessPoolExecutor executor{2, {.initializer = {mp::fn<prepare>, 42}}};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(executor.submit(mp::fn<is_prepared>).result(), 42);
}
TEST(Processes, ThatCannotBeInitializedBreakThePool) {
  ProcessPoolExecutor executor{2, {.initializer = mp::fn<cannot_prepare>}};
  EXPECT_EQ(message_of<mp::BrokenProcessPool>([&] { executor.submit(mp::fn<square>, 1).result(); }),
            "the workers' initializer threw std::domain_error: no database");
  EXPECT_THROW(executor.submit(mp::fn<square>, 1), mp::BrokenExecutor);
}
TEST(Processes, RefuseATaskThatWantsTheSamePool) {
  static ProcessPoolExecutor* executor = nullptr;
  ProcessPoolExecutor mine{1};
  executor = &mine;
  const auto outer = mine.submit([] { return executor->submit(mp::fn<square>, 3).result(); });
  EXPECT_TRUE(contains(message_of<std::logic_error>([&] { outer.result(); }), "belongs to another process"));
  const auto end = mine.submit([] { executor->shutdown(); });
  EXPECT_TRUE(
      contains(message_of<std::logic_error>([&] { done_in_time(end).result(); }), "belongs to another process"));
}
TEST(Processes, GiveEachTheirNumberOfTasks) {
  ProcessPoolExecutor executor{1, {.max_tasks_per_child = 2}};
  std::map<int, int> tasks;
  for (int i = 0; i < 7; ++i) ++tasks[executor.submit(mp::fn<my_pid>).result()];
  for (const auto& [pid, n] : tasks) EXPECT_LE(n, 2) << pid;
}

// ---- the pitfalls (which of Python's bugs it is about, stands in the lesson) ----

TEST(Pitfall, WorkerKilledWhileALargeResultIsOnItsWay) {
  for (int i = 0; i < 10; ++i) {
    ProcessPoolExecutor executor{1};
    const int worker = executor.submit(mp::fn<my_pid>).result();
    const auto future = executor.submit(mp::fn<large>, 30'000'000);
    ::usleep(static_cast<unsigned>(i) * 2000);
    ::kill(worker, SIGKILL);
    try {
      EXPECT_EQ(done_in_time(future).result().size(), 30'000'000U);
    } catch (const mp::BrokenProcessPool&) {}
    EXPECT_TRUE(tidy::eventually([&] {
      try {
        executor.submit(mp::fn<square>, 1);
        return false;
      } catch (const mp::BrokenProcessPool&) {
        return true;
      }
    }));
  }
}
TEST(Pitfall, AWorkerThatDiesBreaksThePoolAndAllOfItsFutures) {
  ProcessPoolExecutor executor{2};
  const Gate gate;
  std::vector<Future<int>> futures;
  for (int i = 0; i < 9; ++i)
    futures.push_back(executor.submit([](const std::string& gate_path) { return waits_at(gate_path, 0), dies(); },
                                      std::string{gate}));
  gate.open();
  for (const auto& future : futures) {
    const auto text = message_of<mp::BrokenProcessPool>([&] { done_in_time(future).result(); });
    EXPECT_TRUE(contains(text, "SIGKILL")) << text;
  }
  EXPECT_THROW(executor.submit(mp::fn<square>, 2), mp::BrokenProcessPool);
  executor.shutdown();
  EXPECT_TRUE(mp::descendants(::getpid()).empty());
}
TEST(Pitfall, TheOldestTaskIsNotLeftBehindAWorkerThatWaitsForIt) {
  ProcessPoolExecutor executor{2};
  const std::string path = tidy::folder() + "/went";
  const auto waits = executor.submit(
      [](const std::string& file) {
        while (!std::filesystem::remove(file)) ::usleep(500);
      },
      path);
  const auto goes = executor.submit([](const std::string& file) { std::ofstream{file}; }, path);
  const Gate gate;
  std::vector<Future<int>> rest;
  for (const int x : numbers(9)) rest.push_back(executor.submit(mp::fn<waits_at>, std::string{gate}, x));
  (void)done_in_time(waits);
}
TEST(Pitfall, AFutureThatIsCancelledDoesNotDisturbTheBreaking) {  // gh-107219
  ProcessPoolExecutor executor{1};
  const Gate gate;
  std::vector<Future<int>> futures;
  for (const int x : numbers(6)) futures.push_back(executor.submit(mp::fn<waits_at>, std::string{gate}, x));
  EXPECT_TRUE(tidy::eventually([&] { return futures[0].running(); }));
  EXPECT_TRUE(futures[4].cancel());
  for (const int worker : mp::descendants(::getpid())) ::kill(worker, SIGKILL);
  for (const auto& future : futures) (void)done_in_time(future);
  EXPECT_TRUE(futures[4].cancelled());
  EXPECT_THROW(futures[5].result(), mp::BrokenProcessPool);
  executor.shutdown();
  EXPECT_TRUE(mp::descendants(::getpid()).empty());
}
TEST(Pitfall, OrThePoolIsRepairedAndOnlyOneTaskIsLost) {
  ProcessPoolExecutor executor{2, {.repair = true}};
  for (int i = 0; i < 5; ++i) {
    const auto bad = i % 2 == 0 ? executor.submit(mp::fn<dies>) : executor.submit(mp::fn<leaves>, 3);
    std::vector<Future<int>> rest;
    for (const int x : numbers(20)) rest.push_back(executor.submit(mp::fn<square>, x));
    EXPECT_TRUE(contains(message_of<mp::WorkerDied>([&] { bad.result(); }), i % 2 == 0 ? "SIGKILL" : "exit code 3"));
    for (const int x : numbers(20)) EXPECT_EQ(rest[static_cast<std::size_t>(x)].result(), square(x));
  }
}
TEST(Pitfall, AWorkerIsMissedThoughItHasLeftAChildBehind) {
  ProcessPoolExecutor executor{1};
  const auto future = executor.submit([] {
    if (::fork() == 0) return ::usleep(3'000'000), ::_exit(0), 0;
    return ::raise(SIGKILL);
  });
  EXPECT_THROW(future.result_for(2s), mp::BrokenProcessPool);
  for (const int orphan : mp::descendants(::getpid())) ::kill(orphan, SIGKILL);
  executor.shutdown();
  EXPECT_TRUE(tidy::orphans_end());
}
TEST(Pitfall, ManySubmitsDoNotFillTheBell) {  // gh-105829
  ProcessPoolExecutor executor{1};
  const Gate gate;
  const auto held = executor.submit(mp::fn<waits_at>, std::string{gate}, 1);
  std::vector<Future<int>> futures;
  for (int i = 0; i < 20'000; ++i) futures.push_back(executor.submit(mp::fn<square>, 3));
  gate.open();
  EXPECT_EQ(futures.back().result(), 9);
}
TEST(Pitfall, ACallbackThatWaitsForItsPoolIsRefused) {
  ProcessPoolExecutor executor{1};
  const Gate gate;
  std::promise<std::string> wait, end;
  executor.submit(mp::fn<waits_at>, std::string{gate}, 2).add_done_callback([&](const Future<int>&) {
    wait.set_value(message_of<mp::WouldDeadlock>([&] { executor.submit(mp::fn<square>, 3).result(); }));
    end.set_value(message_of<mp::WouldDeadlock>([&] { executor.shutdown(); }));
  });
  gate.open();
  EXPECT_TRUE(contains(wait.get_future().get(), "nobody is left"));
  EXPECT_TRUE(contains(end.get_future().get(), "a callback cannot wait for the end of the pool"));
}
TEST(Pitfall, ATaskThatWaitsForTheEndOfItsPoolIsRefused) {
  ThreadPoolExecutor executor{2};
  const auto future = executor.submit([&] { executor.shutdown(); });
  EXPECT_EQ(message_of<mp::WouldDeadlock>([&] { done_in_time(future).result(); }),
            "a task cannot wait for the end of the pool that carries it out");
}
TEST(Pitfall, WhoWaitsForACancelledFutureIsTold) {  // gh-136655
  for (const auto& engine : {threads, forked}) {
    const auto executor = engine.make(1);
    const Gate gate;
    std::vector<Future<int>> futures;
    for (const int x : numbers(6)) futures.push_back(executor->submit(mp::fn<waits_at>, std::string{gate}, x));
    std::thread other{[&] {
      while (!futures[0].running()) std::this_thread::yield();
      executor->shutdown({.wait = false, .cancel_futures = true});
    }};
    for (const auto& future : mp::as_completed(std::vector{futures[4], futures[5]}, tidy::watchdog))
      EXPECT_TRUE(future.cancelled());
    EXPECT_EQ(mp::wait(std::vector{futures[5]}, tidy::watchdog).done.size(), 1U);
    other.join();
  }
}
TEST(Pitfall, WorkersThatRetireAreReplacedHoweverMuchThereIsToDo) {  // gh-115634
  ProcessPoolExecutor executor{2, {.max_tasks_per_child = 2}};
  std::vector<Future<int>> futures;
  for (const int x : numbers(30)) futures.push_back(executor.submit(mp::fn<square>, x));
  for (const int x : numbers(30)) EXPECT_EQ(done_in_time(futures[static_cast<std::size_t>(x)]).result(), square(x));
}
TEST(Pitfall, AnArgumentThatCannotBeWrittenThrowsWhereItIsSubmitted) {  // bpo-30414
  ProcessPoolExecutor executor{1};
  EXPECT_EQ(message_of<std::domain_error>([&] { executor.submit(mp::fn<looks_at>, Shy{}); }), "it is shy");
  EXPECT_EQ(executor.submit(mp::fn<square>, 3).result(), 9);
}
TEST(Pitfall, AResultThatCannotBeWrittenFailsItsFutureAlone) {
  ProcessPoolExecutor executor{1};
  EXPECT_EQ(message_of<std::domain_error>([&] { executor.submit(mp::fn<hides>).result(); }), "it is shy");
  EXPECT_EQ(executor.submit(mp::fn<square>, 3).result(), 9);
}
TEST(Pitfall, AnArgumentThatCannotBeReadFailsItsTaskAlone) {
  ProcessPoolExecutor executor{1};
  const auto bad = executor.submit(mp::fn<hears>, Liar{});
  EXPECT_EQ(message_of<mp::DecodeError>([&] { bad.result(); }), "it was a lie");
  EXPECT_EQ(executor.submit(mp::fn<square>, 3).result(), 9);
}
TEST(Pitfall, AResultThatCannotBeReadFailsItsFutureAlone) {  // gh-103061
  ProcessPoolExecutor executor{1};
  EXPECT_EQ(message_of<mp::DecodeError>([&] { executor.submit(mp::fn<lies>).result(); }), "it was a lie");
  EXPECT_EQ(executor.submit(mp::fn<square>, 3).result(), 9);
}
TEST(Pitfall, EachFutureHasAnErrorOfItsOwn) {  // gh-101267
  ProcessPoolExecutor executor{1};
  const Gate gate;
  std::vector<Future<int>> futures;
  for (const int x : numbers(6)) futures.push_back(executor.submit(mp::fn<waits_at>, std::string{gate}, x));
  EXPECT_TRUE(tidy::eventually([&] { return futures[0].running(); }));
  for (const int worker : mp::descendants(::getpid())) ::kill(worker, SIGKILL);
  std::set<const void*> errors;
  for (const auto& future : futures) try {
      future.result();
    } catch (const mp::BrokenProcessPool& error) {
      errors.insert(&error);
    }
  EXPECT_EQ(errors.size(), futures.size());
}
TEST(Pitfall, ChangesAfterSubmitDoNotReachTheTask) {
  ProcessPoolExecutor executor{1};
  std::string text = "before";
  const auto future = executor.submit(mp::fn<twice>, text);
  text = "after";
  EXPECT_EQ(future.result(), "beforebefore");
}
TEST(Pitfall, WorkersEndWithTheirParentHoweverItEnds) {  // gh-111873
  tidy::Background parent{[] {
    ProcessPoolExecutor executor{2};
    fmt::print("{}\n", executor.submit(mp::fn<my_pid>).result());
    std::fflush(stdout);
    executor.submit(mp::fn<never_ends>).result();
    return 0;
  }};
  const int worker = std::stoi(parent.line());
  parent.signal(SIGKILL);
  (void)parent.wait();
  EXPECT_TRUE(tidy::eventually([&] { return !tidy::runs(worker); }));
  EXPECT_TRUE(tidy::orphans_end());
}
TEST(Pitfall, CtrlCEndsItAllQuietly) {
  for (const auto& engine : {threads, forked, spawned}) {
    tidy::Background program{[&]() -> int {
      const auto executor = engine.make(2);
      const auto future = executor->submit(mp::fn<never_ends>);
      while (!future.running()) ::usleep(1000);
      fmt::print("ready\n");
      std::fflush(stdout);
      return future.result();
    }};
    EXPECT_EQ(program.line(), "ready");
    program.signal(SIGINT);
    const auto ended = program.wait();
    EXPECT_EQ(ended.code, -SIGINT) << engine.name;
    EXPECT_EQ(ended.errors, "") << engine.name;
    EXPECT_TRUE(tidy::orphans_end());
  }
}

// ---- killed at any moment; many; and again and again ----

namespace {

/// Workers are killed at random moments: each future is done, rightly, or with an error that says so.
void kill_workers(int rounds, int tasks, bool repair) {
  std::mt19937 random{std::random_device{}()};
  std::optional<ProcessPoolExecutor> executor;
  int lost = 0;
  for (int round = 0; round < rounds; ++round) {
    if (!repair || !executor) executor.emplace(2, mp::ProcessPoolOptions{.repair = repair});
    mp::wait({executor->submit(mp::fn<nothing>)});  // who was killed in the last round may take it along as it dies
    std::vector<Future<int>> futures;
    for (int i = 0; i < tasks; ++i) futures.push_back(executor->submit(mp::fn<square>, i % 1000));
    ::usleep(static_cast<unsigned>(random() % 2000));
    const auto workers = mp::descendants(::getpid());
    if (!workers.empty()) ::kill(workers[random() % workers.size()], SIGKILL);
    for (int i = 0; i < tasks; ++i) {
      const auto& future = futures[static_cast<std::size_t>(i)];
      try {
        ASSERT_EQ(future.result_for(tidy::watchdog), square(i % 1000));
      } catch (const mp::WorkerDied&) {
        ASSERT_TRUE(repair);
        ++lost;
      } catch (const mp::BrokenProcessPool&) {
        ASSERT_FALSE(repair);
      }
    }
    ASSERT_LE(lost, round + 1) << "a killed worker has begun one task at most";
  }
}

}  // namespace

TEST(ExecutorKilled, AtAnyMomentAndRepaired) { kill_workers(tidy::kill_rounds / 4, tidy::kill_rounds * 50, true); }
TEST(ExecutorKilled, AtAnyMomentAndBroken) { kill_workers(tidy::kill_rounds / 4, tidy::kill_rounds * 50, false); }
TEST(ExecutorKilledRace, AtAnyMoment) {
  kill_workers(2, 100, true);
  kill_workers(2, 100, false);
}

TEST(ExecutorEnds, ManyTimesAndLeavesNothing) {
  const auto make_and_leave = [](int times) {
    for (int i = 0; i < times; ++i) {
      ProcessPoolExecutor executor{1};
      ASSERT_EQ(executor.submit(mp::fn<square>, i % 100).result(), square(i % 100));
    }
  };
  make_and_leave(tidy::kill_rounds);
  const long before = tidy::own_memory();
  const char* times = std::getenv("CYCLES");
  make_and_leave(times ? std::stoi(times) : 10 * tidy::kill_rounds);
  if (!tidy::keeps_books) {
    EXPECT_LE(tidy::own_memory(), before + 256);
  }
}
TEST(ExecutorHolds, AMillionPendingFutures) {
  for (const auto& engine : {threads, forked}) {
    const auto executor = engine.make(1);
    const Gate gate;
    executor->submit(mp::fn<waits_at>, std::string{gate}, 1);
    const long before = tidy::own_memory();
    std::vector<Future<int>> futures;
    const auto hold = [&](int n) {
      while (std::ssize(futures) < n) futures.push_back(executor->submit(mp::fn<square>, 3));
      return (tidy::own_memory() - before) * 1024 / n;
    };
    const long some = hold(tidy::keeps_books ? 10'000 : 100'000), all = hold(tidy::keeps_books ? 50'000 : 1'000'000);
    if (!tidy::keeps_books) {
      EXPECT_LE(all, some * 3 / 2) << engine.name << ": bytes of each";
      EXPECT_LE(all, 2000) << engine.name;
    }
    executor->shutdown({.wait = false, .cancel_futures = true});
    EXPECT_TRUE(futures.back().cancelled());
  }
}
