// Pool, by its public names.
#include "05_pool/pool.hpp"

#include <sys/resource.h>

#include <csignal>
#include <random>
#include <thread>

#include "common/machine.hpp"
#include "common/process_tree.hpp"
#include "tests/support/numbers.hpp"
#include "tests/support/together.hpp"

using namespace std::chrono_literals;
using mp::Pool;
using tidy::message_of;

namespace {

long sum(int a, long b) { return a + b; }
bool is_odd(int x) { return x % 2 != 0; }
std::string repeated(const std::string& text, int n) {
  std::string all;
  while (n-- > 0) all += text;
  return all;
}
int my_pid(int) { return ::getpid(); }
int slow(int milliseconds) { return ::usleep(static_cast<unsigned>(milliseconds) * 1000), milliseconds; }
int never_ends(int) {
  for (;;) ::pause();
}
int throws_at_three(int x) { return x == 3 ? throw std::out_of_range{"three"} : x; }
struct Odd : std::exception {
  const char* what() const noexcept override { return "odd"; }
};
int throws_own(int) { throw Odd{}; }
int dies_of(int signal) { return ::raise(signal); }
int dies_at_three(int x) { return x == 3 ? ::raise(SIGKILL) : x; }
int leaves(int code) { std::exit(code); }

/// Counters that workers share: they are forked with them. Spawned ones have their own, which nobody sees.
const mp::RawArray<std::atomic<int>> counters{4};
void count(int i) { ++counters[static_cast<std::size_t>(i)]; }
int waits_until_opened(int x) {
  count(0);
  while (counters[1] == 0) ::usleep(200);
  return x;
}
int prepared = 0;
void prepare(int n) { prepared = n; }
int is_prepared(int) { return prepared; }
void cannot_prepare() { throw std::domain_error{"no database"}; }
void dies_preparing() { ::raise(SIGKILL); }

/// In a child of the test: opens whatever it may.
std::vector<int> use_up_descriptors() {
  const rlimit limit{64, 4096};
  ::setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<int> all;
  for (int fd; (fd = ::open("/dev/null", O_RDONLY)) >= 0;) all.push_back(fd);
  return all;
}
std::string large(int n) { return std::string(static_cast<std::size_t>(n), 'x'); }
std::string large_when_opened(int n) { return waits_until_opened(0), large(n); }
int goes_away_talking(int x) {
  fmt::print("one\n");  // comes out when the worker ends
  std::atexit([] { ::usleep(2000), fmt::print("two\n"); });
  return x;
}
int forks_and_forgets(int x) { return ::fork() == 0 ? x + 1 : x; }
int seven() { return 7; }

/// Cannot be read back.
struct Liar {
  int n = 0;
};
Liar lies(int) { return {}; }

class PoolTest : public testing::Test {
 protected:
  PoolTest() {
    for (auto& counter : counters) counter = 0;
  }
};
using PoolMap = PoolTest;
using PoolApply = PoolTest;
using PoolImap = PoolTest;
using PoolEnds = PoolTest;
using PoolKilled = PoolTest;

}  // namespace

template <>
struct mp::Codec<Liar> {
  static constexpr Crossing crossing = Crossing::anywhere;
  static void encode(Encoder& out, const Liar& liar) { out.plain(liar.n); }
  static Liar decode(Decoder&) { throw DecodeError{"it was a lie"}; }
};

TEST_F(PoolMap, KeepsTheOrder) {
  Pool pool{3};
  for (const int n : {0, 1, 2, 11, 12, 13, 1000}) EXPECT_EQ(pool.map(mp::fn<square>, numbers(n)), squares(n)) << n;
}
TEST_F(PoolMap, CutsIntoChunksOfAnySize) {
  Pool pool{2};
  for (const long chunksize : {1L, 2L, 7L, 99L, 100L, 101L, LONG_MAX})
    EXPECT_EQ(pool.map(mp::fn<square>, numbers(100), {.chunksize = chunksize}), squares(100)) << chunksize;
}
TEST_F(PoolMap, RefusesChunksBelowOne) {
  Pool pool{1};
  for (const long chunksize : {0L, -1L})
    EXPECT_EQ(
        message_of<std::invalid_argument>([&] { pool.map(mp::fn<square>, numbers(3), {.chunksize = chunksize}); }),
        fmt::format("chunksize must be 1 or more, not {}", chunksize));
  EXPECT_THROW((void)pool.imap(mp::fn<square>, numbers(3), {.chunksize = 0}), std::invalid_argument);
  EXPECT_THROW((void)pool.imap(mp::fn<square>, numbers(3), {.lookahead = 0}), std::invalid_argument);
}
TEST(Chunksize, IsPythonsByDefault) {
  const auto chunk = [](long n) { return mp::default_chunksize(n, 2); };
  EXPECT_EQ(chunk(0), 0);
  EXPECT_EQ(chunk(7), 1);
  EXPECT_EQ(chunk(8), 1);
  EXPECT_EQ(chunk(9), 2);
  EXPECT_EQ(chunk(100), 13);
}
TEST_F(PoolMap, TakesTwoRangesUntilTheShorterEnds) {
  Pool pool{2};
  EXPECT_EQ(pool.map(mp::fn<sum>, std::views::iota(0), std::vector<long>{10, 20, 30}, {.chunksize = 2}),
            (std::vector<long>{10, 21, 32}));
  EXPECT_EQ(pool.starmap(mp::fn<sum>, std::vector<std::pair<int, long>>{{1, 2}, {3, 4}}), (std::vector<long>{3, 7}));
  EXPECT_EQ(pool.starmap(mp::fn<sum>, std::vector<std::tuple<int, long>>{{5, 6}}), (std::vector<long>{11}));
}
TEST_F(PoolMap, CarriesLargeThings) {
  Pool pool{2};
  const std::vector<std::string> texts(3, repeated("0123456789", 100'000));
  const auto doubled = pool.map(mp::fn<repeated>, texts, Numbers(3, 2), {.chunksize = 1});
  EXPECT_EQ(doubled, std::vector<std::string>(3, texts[0] + texts[0]));
}
TEST_F(PoolMap, OfWhatReturnsABoolOrNothing) {
  Pool pool{2};
  EXPECT_EQ(pool.map(mp::fn<is_odd>, numbers(3)), (std::vector<bool>{false, true, false}));
  EXPECT_EQ(pool.map(mp::fn<count>, Numbers(5, 2)).size(), 5U);
  EXPECT_EQ(counters[2], 5);
}
TEST_F(PoolMap, ThrowsWhatACallThrewOnceAllIsDone) {
  Pool pool{2};
  for (const long chunksize : {1L, 3L, 100L})
    EXPECT_EQ(message_of<std::out_of_range>(
                  [&] { pool.map(mp::fn<throws_at_three>, numbers(10), {.chunksize = chunksize}); }),
              "three");
  EXPECT_EQ(pool.map(mp::fn<square>, numbers(3)), squares(3));
}
TEST_F(PoolMap, LeavesOutTheRestOfAChunkThatThrew) {
  Pool pool{1};
  EXPECT_THROW(pool.map([](int x) { count(2), throws_at_three(x); }, numbers(10), {.chunksize = 5}), std::out_of_range);
  EXPECT_EQ(counters[2], 4 + 5);
}
TEST_F(PoolMap, ThrowsWhatItsInputThrows) {
  Pool pool{1};
  const auto bad = std::views::iota(0, 5) | std::views::transform(throws_at_three);
  EXPECT_THROW(pool.map(mp::fn<square>, bad), std::out_of_range);
}
TEST_F(PoolMap, HasAnAsynchronousForm) {
  Pool pool{2};
  const auto result = pool.map_async(mp::fn<square>, numbers(10));
  EXPECT_EQ(result.get(), squares(10));
  EXPECT_EQ(result.get(), squares(10)) << "as often as you like";
}
TEST_F(PoolMap, HandsALongTaskBackToNobodyButWhatWaitsBehindIt) {
  Pool pool{2};
  const auto held = pool.apply_async(mp::fn<waits_until_opened>, 1);
  EXPECT_EQ(pool.map(mp::fn<square>, numbers(100), {.chunksize = 1}), squares(100));
  EXPECT_FALSE(held.ready());
  counters[1] = 1;
  EXPECT_EQ(held.get(), 1);
}

TEST_F(PoolApply, ReturnsWhatTheCallReturns) {
  Pool pool{1};
  EXPECT_EQ(pool.apply(mp::fn<sum>, 1, 2L), 3);
  EXPECT_EQ(pool.apply(mp::fn<repeated>, "ab", 2), "abab");
  EXPECT_NE(pool.apply(mp::fn<my_pid>, 0), ::getpid());
  EXPECT_TRUE(pool.apply(mp::fn<count>, 2));
  EXPECT_EQ(counters[2], 1);
}
TEST_F(PoolApply, TellsWhenItIsReady) {
  Pool pool{1};
  const auto result = pool.apply_async(mp::fn<waits_until_opened>, 7);
  EXPECT_FALSE(result.ready());
  EXPECT_EQ(result.try_get_for(5ms), nullptr);
  EXPECT_THROW((void)result.successful(), std::logic_error);
  counters[1] = 1;
  ASSERT_TRUE(result.wait_for(tidy::watchdog));
  EXPECT_TRUE(result.successful());
  EXPECT_EQ(*result.try_get_for(0s), 7);
  const auto error = pool.apply_async(mp::fn<throws_at_three>, 3);
  EXPECT_TRUE(error.wait_for(tidy::watchdog));
  EXPECT_FALSE(error.successful());
}
TEST_F(PoolApply, RethrowsAsWhatItWas) {
  Pool pool{1};
  const int worker = pool.apply(mp::fn<my_pid>, 0);
  EXPECT_EQ(message_of<std::out_of_range>([&] { pool.apply(mp::fn<throws_at_three>, 3); }), "three");
  try {
    pool.apply(mp::fn<throws_own>, 0);
    FAIL();
  } catch (const mp::RemoteError& error) {
    EXPECT_EQ(error.text, "odd");
    EXPECT_EQ(error.pid, worker);
  }
  EXPECT_EQ(message_of<mp::DecodeError>([&] { pool.apply(mp::fn<lies>, 1); }), "it was a lie");
  EXPECT_EQ(pool.apply(mp::fn<my_pid>, 0), worker) << "the worker has survived all that";
}
TEST_F(PoolApply, CallsBackBeforeItIsReady) {
  Pool pool{1};
  int result = 0;
  std::string error;
  const auto good = pool.apply_async({.callback = [&](int x) { result = x; }}, mp::fn<square>, 5);
  const auto bad = pool.apply_async({.error_callback =
                                         [&](const std::exception_ptr& e) {
                                           error = message_of<std::out_of_range>([&] { std::rethrow_exception(e); });
                                         }},
                                    mp::fn<throws_at_three>, 3);
  EXPECT_EQ(good.get(), 25);
  EXPECT_EQ(result, 25);
  EXPECT_THROW(bad.get(), std::out_of_range);
  EXPECT_EQ(error, "three");
}
TEST_F(PoolMap, CallsBack) {
  Numbers seen;
  std::string error;
  Pool pool{2};
  const auto good = pool.map_async({.callback = [&](const Numbers& all) { seen = all; }}, mp::fn<square>, numbers(9));
  const auto bad = pool.map_async({.error_callback =
                                       [&](const std::exception_ptr& what) {
                                         error = message_of<std::out_of_range>([&] { std::rethrow_exception(what); });
                                       }},
                                  mp::fn<throws_at_three>, numbers(5), {.chunksize = 1});
  EXPECT_EQ(good.get(), squares(9));
  EXPECT_EQ(seen, squares(9));
  EXPECT_THROW(bad.get(), std::out_of_range);
  EXPECT_EQ(error, "three");
}
TEST_F(PoolMap, TakesRangesThatAreGivenAway) {
  Pool pool{2};
  const auto twice = std::views::transform([](int x) { return 2 * x; });
  EXPECT_EQ(pool.map(mp::fn<square>, Numbers{1, 2, 3} | twice), (Numbers{4, 16, 36}));
  const std::vector<std::tuple<std::pair<int, int>>> pairs{{{1, 2}}, {{3, 4}}};
  EXPECT_EQ(pool.starmap([](std::pair<int, int> p) { return p.first + p.second; }, pairs), (Numbers{3, 7}));
}
TEST_F(PoolMap, TakesThreeRanges) {
  Pool pool{2};
  EXPECT_EQ(pool.map([](int a, int b, int c) { return 100 * a + 10 * b + c; }, numbers(3), numbers(9), Numbers{7, 8, 9},
                     {.chunksize = 2}),
            (Numbers{7, 118, 229}));
}
TEST_F(PoolApply, TakesNoArgumentsAtAll) {
  Pool pool{1};
  EXPECT_EQ(pool.apply(mp::fn<seven>), 7);
}
TEST_F(PoolApply, ForksAllWorkersAtOnce) {
  const Pool pool{3};
  EXPECT_EQ(mp::descendants(::getpid()).size(), 3U);
}
TEST_F(PoolApply, StartsWorkersBySpawnAsTheyAreNeeded) {
  Pool pool{3, {.start = mp::StartBy::spawn}};
  EXPECT_EQ(mp::descendants(::getpid()).size(), 0U);
  EXPECT_EQ(pool.apply(mp::fn<square>, 3), 9);
  EXPECT_EQ(pool.apply(mp::fn<square>, 4), 16);
  EXPECT_EQ(mp::descendants(::getpid()).size(), 1U);
  EXPECT_EQ(pool.map(mp::fn<square>, numbers(50), {.chunksize = 1}), squares(50));
}
TEST_F(PoolApply, SurvivesACallbackThatThrows) {
  const auto ended = tidy::in_child([] {
    Pool pool{1};
    const auto result = pool.apply_async({.callback = [](int) { throw std::runtime_error{"oh"}; }}, mp::fn<square>, 5);
    return result.get() == 25 && pool.apply(mp::fn<square>, 2) == 4 ? 0 : 1;
  });
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.errors, "a callback of a pool threw std::runtime_error: oh\n");
}
TEST_F(PoolApply, MayBeCalledInACallback) {
  Pool pool{1};
  std::promise<int> later;
  pool.apply_async(
      {.callback = [&](int) { pool.apply_async({.callback = [&](int x) { later.set_value(x); }}, mp::fn<square>, 3); }},
      mp::fn<square>, 2);
  EXPECT_EQ(later.get_future().get(), 9);
}
TEST_F(PoolApply, MakesItsInitialCallInEveryWorker) {
  Pool pool{2, {.initializer = {mp::fn<prepare>, 42}}};
  EXPECT_EQ(pool.map(mp::fn<is_prepared>, numbers(20), {.chunksize = 1}), Numbers(20, 42));
}
TEST_F(PoolApply, ChangesWorkersAfterSoManyTasks) {
  Pool pool{1, {.max_tasks_per_child = 2}};
  std::map<int, int> calls;
  for (int i = 0; i < 7; ++i) ++calls[pool.apply(mp::fn<my_pid>, 0)];
  EXPECT_EQ(calls.size(), 4U);
  for (const auto& [pid, n] : calls) EXPECT_LE(n, 2) << pid;
  EXPECT_EQ(pool.map(mp::fn<square>, numbers(30), {.chunksize = 1}), squares(30));
}
TEST_F(PoolApply, ComesFromManyThreads) {
  Pool pool{2};
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) right += pool.apply(mp::fn<square>, t * 100 + i) == square(t * 100 + i) ? 1 : 0;
      });
  }
  EXPECT_EQ(right, 200);
}

TEST_F(PoolImap, GivesResultsInOrder) {
  Pool pool{2};
  for (const long chunksize : {1L, 3L, 1000L}) {
    Numbers all;
    for (const int x : pool.imap(mp::fn<square>, numbers(100), {.chunksize = chunksize})) all.push_back(x);
    EXPECT_EQ(all, squares(100)) << chunksize;
  }
}
TEST_F(PoolImap, OrAsTheyCome) {
  Pool pool{2};
  auto results = pool.imap_unordered(mp::fn<waits_until_opened>, numbers(1));
  Numbers all;
  for (const int x : pool.imap_unordered(mp::fn<square>, numbers(100), {.chunksize = 3})) all.push_back(x);
  std::ranges::sort(all);
  EXPECT_EQ(all, squares(100));
  counters[1] = 1;
  EXPECT_EQ(results.next(), 0);
  EXPECT_EQ(results.next(), std::nullopt);
  EXPECT_EQ(results.next(), std::nullopt) << "again and again";
}
TEST_F(PoolImap, GivesTheFastBeforeTheSlow) {
  Pool pool{2};
  auto results = pool.imap_unordered([](int x) { return x == 0 ? waits_until_opened(x) : x; }, numbers(3));
  EXPECT_NE(results.next(), 0);
  EXPECT_NE(results.next(), 0);
  counters[1] = 1;
  EXPECT_EQ(results.next(), 0);
}
TEST_F(PoolImap, ThrowsAtItsPlaceAndGoesOn) {
  Pool pool{2};
  auto results = pool.imap(mp::fn<throws_at_three>, numbers(5));
  for (const int x : {0, 1, 2}) EXPECT_EQ(results.next(), x);
  EXPECT_THROW((void)results.next(), std::out_of_range);
  EXPECT_EQ(results.next(), 4);
  EXPECT_EQ(results.next(), std::nullopt);
}
TEST_F(PoolImap, LosesTheChunkThatThrewAndGoesOn) {
  Pool pool{2};
  auto results = pool.imap(mp::fn<throws_at_three>, numbers(6), {.chunksize = 2});
  for (const int x : {0, 1}) EXPECT_EQ(results.next(), x);
  EXPECT_THROW((void)results.next(), std::out_of_range);
  for (const int x : {4, 5}) EXPECT_EQ(results.next(), x);
  EXPECT_EQ(results.next(), std::nullopt);
}
TEST_F(PoolImap, LooksNoFartherAheadThanItMay) {
  Pool pool{2};
  int read = 0;
  auto endless = std::views::iota(0) | std::views::transform([&](int x) { return ++read, x; });
  auto results = pool.imap(mp::fn<square>, endless, {.chunksize = 2, .lookahead = 3});
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(results.next(), square(i));
    ASSERT_LE(read, i + 1 + 2 * 4);
  }
}
TEST_F(PoolImap, MayBeGivenUpInTheMiddle) {
  Pool pool{2};
  { EXPECT_EQ(pool.imap(mp::fn<square>, numbers(1000)).next(), 0); }
  EXPECT_EQ(pool.apply(mp::fn<square>, 3), 9);
}
TEST_F(PoolImap, SaysThatItsPoolIsClosedWhereInputIsLeft) {
  Pool pool{1};
  auto results = pool.imap(mp::fn<square>, std::views::iota(0), {.lookahead = 2});
  pool.close();
  EXPECT_EQ(results.next(), 0);
  EXPECT_EQ(results.next(), 1);
  EXPECT_THROW((void)results.next(), std::logic_error);
  EXPECT_EQ(results.next(), std::nullopt);
}
TEST_F(PoolImap, ThrowsWhatItsInputThrowsAtItsPlace) {
  Pool pool{2};
  auto results = pool.imap(mp::fn<square>, std::views::iota(0) | std::views::transform(throws_at_three));
  for (const int x : {0, 1, 4}) EXPECT_EQ(results.next(), x);
  EXPECT_THROW((void)results.next(), std::out_of_range);
  EXPECT_EQ(results.next(), std::nullopt);
}

TEST_F(PoolEnds, WithAllDoneAfterClose) {
  Pool pool{2};
  const auto result = pool.map_async(mp::fn<slow>, Numbers(20, 1), {.chunksize = 1});
  pool.close();
  EXPECT_THROW(pool.apply(mp::fn<square>, 1), std::logic_error);
  pool.join();
  pool.join();
  EXPECT_TRUE(result.ready());
  EXPECT_EQ(result.get(), Numbers(20, 1));
}
TEST_F(PoolEnds, OnlyWhenToldTo) {
  Pool pool{1};
  EXPECT_THROW(pool.join(), std::logic_error);
  EXPECT_EQ(pool.apply(mp::fn<square>, 2), 4);
}
TEST_F(PoolEnds, FailingWhatIsNotDoneWhenTerminated) {
  Pool pool{2};
  const auto running = pool.apply_async(mp::fn<never_ends>, 0);
  const auto waiting = pool.map_async(mp::fn<never_ends>, numbers(100));
  pool.terminate();
  EXPECT_THROW(running.get(), mp::PoolTerminated);
  EXPECT_THROW(waiting.get(), mp::PoolTerminated);
  EXPECT_THROW(pool.apply(mp::fn<square>, 1), mp::PoolTerminated);
  pool.close();
  pool.terminate();
  pool.join();
}
TEST_F(PoolEnds, WithItsScope) {
  std::optional<mp::AsyncResult<int>> result;
  {
    Pool pool{1};
    result = pool.apply_async(mp::fn<never_ends>, 0);
  }
  EXPECT_THROW(result->get(), mp::PoolTerminated);
}
TEST_F(PoolEnds, FromACallback) {
  std::promise<std::string> said;
  Pool pool{1};
  pool.apply_async({.callback =
                        [&](int) {
                          pool.terminate();
                          said.set_value(message_of<std::logic_error>([&] { pool.join(); }));
                        }},
                   mp::fn<square>, 1);
  EXPECT_EQ(said.get_future().get(), "a callback cannot join its pool: it runs in the pool's own thread");
  pool.join();
}
TEST_F(PoolEnds, WithAWorkerThatIgnoresSigterm) {
  Pool pool{1};
  const auto result = pool.apply_async(
      [](int x) {
        ::signal(SIGTERM, SIG_IGN);
        return waits_until_opened(x);
      },
      1);
  ASSERT_TRUE(tidy::eventually([] { return counters[0] == 1; }));
  pool.terminate();
  EXPECT_THROW(result.get(), mp::PoolTerminated);
}
TEST_F(PoolEnds, WhenItIsTerminatedAfterItWasClosed) {
  Pool pool{2};
  const int worker = pool.apply(mp::fn<my_pid>, 0);
  ::kill(worker, SIGSTOP);
  pool.close();
  pool.terminate();
  EXPECT_FALSE(tidy::runs(worker));
}
TEST_F(PoolEnds, WithWorkersThatDoNotHandleSigterm) {
  const auto ended = tidy::in_child([] {
    ::signal(SIGTERM, [](int) { ++counters[2]; });
    Pool pool{3};
    pool.map(mp::fn<square>, numbers(9));
    pool.terminate();
    return counters[2].load();
  });
  EXPECT_EQ(ended.code, 0) << "the program's handler is not the workers'";
}
TEST_F(PoolEnds, AndItsWorkersDoWhatTheyDoAtExit) {
  const auto ended = tidy::in_child([] {
    Pool pool{2, {.max_tasks_per_child = 1}};
    for (int i = 0; i < 10; ++i) pool.apply(mp::fn<goes_away_talking>, i);
    pool.close(), pool.join();
    return 0;
  });
  EXPECT_EQ(std::ranges::count(ended.output, '\n'), 20) << ended.output;
}
TEST_F(PoolEnds, WithTheProgramInSilence) {
  for (int i = 0; i < 20; ++i) {
    const auto ended = tidy::in_child([]() -> int {
      Pool& pool = *new Pool{4};
      pool.map_async(mp::fn<slow>, Numbers(100, 5), {.chunksize = 1});
      pool.apply(mp::fn<square>, 3);
      std::exit(0);
    });
    ASSERT_EQ(ended.errors, "");
    ASSERT_EQ(ended.code, 0);
  }
  EXPECT_TRUE(tidy::orphans_end());
}
TEST_F(PoolEnds, WhereTheyAreNotThePools) {
  EXPECT_THROW(Pool{0}, std::invalid_argument);
  EXPECT_THROW(Pool{-3}, std::invalid_argument);
  EXPECT_THROW((Pool{1, {.max_tasks_per_child = -1}}), std::invalid_argument);
}
TEST_F(PoolEnds, NotInAForkedCopy) {
  Pool pool{1};
  const auto ended = tidy::in_child([&] {
    const bool refused = message_of<std::logic_error>([&] { pool.apply(mp::fn<square>, 1); }) ==
                         "this pool belongs to another process: make one here";
    pool.terminate();
    return refused ? 0 : 1;
  });
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(pool.apply(mp::fn<square>, 2), 4);
}
TEST_F(PoolEnds, WithItsParent) {
  tidy::Background parent{[] {
    Pool pool{2};
    fmt::print("{}\n", pool.apply(mp::fn<my_pid>, 0));
    std::fflush(stdout);
    pool.map(mp::fn<never_ends>, numbers(10));
    return 0;
  }};
  const int worker = std::stoi(parent.line());
  EXPECT_TRUE(tidy::runs(worker));
  parent.signal(SIGKILL);
  (void)parent.wait();
  EXPECT_TRUE(tidy::eventually([&] { return !tidy::runs(worker); }));
  EXPECT_TRUE(tidy::orphans_end());
}

TEST_F(PoolKilled, WorkerCostsItsTaskAndNothingElse) {
  Pool pool{2};
  for (const int signal : {SIGKILL, SIGTERM, SIGUSR1}) {
    const auto bad = pool.apply_async(mp::fn<dies_of>, signal);
    const auto good = pool.map_async(mp::fn<square>, numbers(50), {.chunksize = 1});
    const auto text = message_of<mp::WorkerDied>([&] { bad.get(); });
    EXPECT_NE(text.find(mp::signal_name(signal)), std::string::npos) << text;
    EXPECT_EQ(good.get(), squares(50));
  }
  EXPECT_NE(message_of<mp::WorkerDied>([&] { pool.apply(mp::fn<leaves>, 3); }).find("exit code 3"), std::string::npos);
}
TEST_F(PoolKilled, WorkerThatCanSayNothingAnyMore) {
  Pool pool{1};
  EXPECT_THROW(pool.apply([](int) { return ::close_range(3, ~0U, 0), ::pause(); }, 1), mp::WorkerDied);
  EXPECT_EQ(pool.apply(mp::fn<square>, 2), 4);
}
TEST_F(PoolKilled, WorkerInAMapIsAnError) {
  Pool pool{2};
  EXPECT_THROW(pool.map(mp::fn<dies_at_three>, numbers(10), {.chunksize = 1}), mp::WorkerDied);
  EXPECT_EQ(pool.map(mp::fn<square>, numbers(10)), squares(10));
}
TEST_F(PoolKilled, WorkerThatIsIdleIsReplaced) {
  Pool pool{1};
  for (int i = 0; i < 5; ++i) {
    const int worker = pool.apply(mp::fn<my_pid>, 0);
    ::kill(worker, SIGKILL);
    ASSERT_TRUE(tidy::eventually([&] { return !tidy::runs(worker); }));
    try {
      EXPECT_NE(pool.apply(mp::fn<my_pid>, 0), worker);
    } catch (const mp::WorkerDied&) {  // it was given the task before its end was noticed
    }
  }
}
TEST_F(PoolKilled, WorkerIsReplacedByAFreshRunOfTheProgram) {
  prepare(7);
  Pool pool{1};
  EXPECT_EQ(pool.apply(mp::fn<is_prepared>, 0), 7) << "a copy of this process";
  EXPECT_THROW(pool.apply(mp::fn<dies_of>, SIGKILL), mp::WorkerDied);
  EXPECT_EQ(pool.apply(mp::fn<is_prepared>, 0), 0);
  prepare(0);
}
TEST_F(PoolKilled, WorkerThatIsNotReplacedBreaksThePool) {
  Pool pool{2, {.replace = false}};
  const auto waits = pool.apply_async(mp::fn<waits_until_opened>, 1);
  EXPECT_THROW(pool.apply(mp::fn<dies_of>, SIGKILL), std::runtime_error);
  EXPECT_NE(message_of<mp::BrokenPool>([&] { waits.get(); }).find("SIGKILL"), std::string::npos);
  EXPECT_THROW(pool.apply(mp::fn<square>, 1), mp::BrokenPool);
}
TEST_F(PoolKilled, ResultThatFindsNoRoomIsAnErrorOfItsCall) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer needs a descriptor to look at an exception";
#endif
  const auto ended = tidy::in_child([] {
    Pool pool{1};
    pool.apply(mp::fn<square>, 1);
    const auto result = pool.apply_async(mp::fn<large_when_opened>, 200'000);
    const auto all = use_up_descriptors();
    counters[1] = 1;
    const auto text = message_of<std::system_error>([&] { result.get(); });
    for (const int fd : all) ::close(fd);
    fmt::print("{}", text);
    return pool.apply(mp::fn<square>, 2) == 4 ? 0 : 1;
  });
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_NE(ended.output.find("Too many open files"), std::string::npos) << ended.output;
}
TEST_F(PoolKilled, WorkerThatHasNoRoomForItsResultSaysSo) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer needs a descriptor to look at an exception";
#endif
  Pool pool{1};
  pool.apply([] { use_up_descriptors(); });
  const auto text = message_of<std::system_error>([&] { pool.apply(mp::fn<large>, 200'000); });
  EXPECT_NE(text.find("Too many open files"), std::string::npos) << text;
}
TEST_F(PoolKilled, TaskThatForksAndForgetsHarmsNobody) {
  Pool pool{2};
  for (int i = 0; i < 20; ++i) EXPECT_EQ(pool.apply(mp::fn<forks_and_forgets>, i), i);
  EXPECT_EQ(pool.map(mp::fn<square>, numbers(100), {.chunksize = 1}), squares(100));
  pool.terminate();
  EXPECT_TRUE(tidy::orphans_end());
}
TEST_F(PoolKilled, PoisonKillsOneWorkerAndNoMore) {
  Pool pool{1};
  counters[0] = 0;
  EXPECT_THROW(pool.apply(
                   [](int) {
                     ++counters[0];
                     return ::raise(SIGKILL);
                   },
                   0),
               mp::WorkerDied);
  EXPECT_EQ(pool.apply(mp::fn<square>, 2), 4);
  EXPECT_EQ(counters[0], 1) << "it is not tried again";
}
TEST_F(PoolKilled, InitializerThatThrowsBreaksThePoolOnce) {
  Pool pool{2, {.initializer = mp::fn<cannot_prepare>}};
  const auto text = message_of<mp::BrokenPool>([&] { pool.apply(mp::fn<square>, 1); });
  EXPECT_EQ(text, "the workers' initializer threw std::domain_error: no database");
  EXPECT_THROW(pool.apply(mp::fn<square>, 1), mp::BrokenPool);
  pool.join();
}
TEST_F(PoolKilled, InitializerThatDiesBreaksThePool) {
  Pool pool{2, {.initializer = mp::fn<dies_preparing>}};
  const auto text = message_of<mp::BrokenPool>([&] { pool.apply(mp::fn<square>, 1); });
  EXPECT_NE(text.find("killed by SIGKILL (Killed), before it was ready"), std::string::npos) << text;
}

namespace {

/// Workers are killed at random moments; each call is answered, rightly or by WorkerDied.
void kill_workers(int rounds, int calls) {
  std::mt19937 random{std::random_device{}()};
  Pool pool{2};
  int lost = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<mp::AsyncResult<int>> results;
    for (int i = 0; i < calls; ++i) results.push_back(pool.apply_async(mp::fn<square>, i % 1000));
    ::usleep(static_cast<unsigned>(random() % 2000));
    const auto workers = mp::descendants(::getpid());
    if (!workers.empty()) ::kill(workers[random() % workers.size()], SIGKILL);
    for (int i = 0; i < calls; ++i) {
      const auto& result = results[static_cast<std::size_t>(i)];
      ASSERT_TRUE(result.wait_for(tidy::watchdog)) << "round " << round << ", call " << i;
      try {
        ASSERT_EQ(result.get(), square(i % 1000));
      } catch (const mp::WorkerDied&) {
        ++lost;
      }
    }
    ASSERT_LE(lost, round + 1) << "a killed worker has begun one task at most";
  }
}

}  // namespace

TEST_F(PoolKilled, AtAnyMoment) { kill_workers(tidy::kill_rounds / 4, tidy::kill_rounds * 50); }
TEST(PoolKilledRace, AtAnyMoment) { kill_workers(3, 100); }

TEST_F(PoolEnds, ManyTimesAndLeavesNothing) {
  const auto make_and_leave = [](int times) {
    for (int i = 0; i < times; ++i) {
      Pool pool{2};
      ASSERT_EQ(pool.map(mp::fn<square>, numbers(5)), squares(5));
      if (i % 2) pool.close(), pool.join();
    }
  };
  make_and_leave(tidy::kill_rounds);
  const long before = tidy::own_memory();
  make_and_leave(10 * tidy::kill_rounds);
  if (!tidy::keeps_books) {
    EXPECT_LE(tidy::own_memory(), before + 256);
  }
}
