// SharedQueue, by its public names.
#include "03_lock_value/shared_queue.hpp"

#include <csignal>
#include <random>
#include <thread>

#include "01_process/process.hpp"
#include "02_pipe_queue/queue.hpp"
#include "tests/support/together.hpp"

using namespace std::chrono_literals;
using mp::Process;
using mp::SharedQueue;
using tidy::expect_end;
using tidy::Together;

static_assert(mp::Inheritable<SharedQueue<int>> && !mp::Picklable<SharedQueue<int>>);

namespace {

using Counters = mp::RawArray<std::atomic<int>>;

/// Larger than a cache line, and it knows whether it is whole.
struct Whole {
  explicit Whole(unsigned n = 0) {
    for (unsigned i = 0; i < words.size(); ++i) words[i] = n + i;
  }
  bool is_whole() const { return std::ranges::equal(words, Whole{words[0]}.words); }
  std::array<unsigned, 30> words;
};

template <class T>
T get_in_time(SharedQueue<T>& queue) {
  auto value = queue.try_get_for(tidy::watchdog);
  if (!value) throw std::runtime_error{"nothing came"};
  return *value;
}

}  // namespace

TEST(SharedQueue, GivesBackInOrderWhatWentIn) {
  SharedQueue<int> queue{3};
  EXPECT_TRUE(queue.empty());
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 3; ++i) queue.put(10 * round + i);
    EXPECT_TRUE(queue.full());
    EXPECT_EQ(queue.size_hint(), 3);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(get_in_time(queue), 10 * round + i);
  }
  EXPECT_FALSE(queue.try_get());
}

TEST(SharedQueue, HasRoomForSoManyAndNoMore) {
  for (const int capacity : {1, 2, 3, 7, 1000}) {
    SharedQueue<int> queue{capacity};
    for (int i = 0; i < capacity; ++i) EXPECT_TRUE(queue.try_put(i));
    EXPECT_FALSE(queue.try_put(0)) << capacity;
    EXPECT_EQ(get_in_time(queue), 0);
    EXPECT_TRUE(queue.try_put(0)) << capacity;
  }
  for (const int capacity : {0, -1, (1 << 20) + 1}) EXPECT_THROW(SharedQueue<int>{capacity}, std::invalid_argument);
}

TEST(SharedQueue, WaitsOnlySoLong) {
  SharedQueue<int> queue{1};
  auto start = mp::Clock::now();
  EXPECT_FALSE(queue.try_get_for(120ms));
  EXPECT_GE(mp::seconds_since(start), 0.12);
  queue.put(1);
  start = mp::Clock::now();
  EXPECT_FALSE(queue.try_put_for(2, 120ms));
  EXPECT_GE(mp::seconds_since(start), 0.12);
}

TEST(SharedQueue, WakesWhoWaitsForAValueOrForRoom) {
  SharedQueue<int> queue{1};
  const Counters state{1};
  Process other{[&] {
    state[0] = get_in_time(queue);
    queue.put(8);
    queue.put(9);  // waits for room
    state[0] = 2;
  }};
  other.start();
  ::usleep(50'000);  // so that it sleeps
  queue.put(1);
  ASSERT_TRUE(tidy::eventually([&] { return state[0] == 1; }));
  ::usleep(50'000);
  EXPECT_EQ(state[0], 1);
  EXPECT_EQ(get_in_time(queue), 8);
  EXPECT_EQ(get_in_time(queue), 9);
  expect_end(other);
  EXPECT_EQ(state[0], 2);
}

namespace {

void put_all(SharedQueue<int> queue, int first, int n) {
  for (int i = 0; i < n; ++i) queue.put(first + i);
}

void exchange(int putters, int getters, int capacity) {
  constexpr int each = 3000;
  SharedQueue<int> queue{capacity};
  const Counters seen{static_cast<std::size_t>(putters * each)}, left{1};
  left[0] = putters * each;
  Process spawned{mp::start::spawn, mp::fn<put_all>, queue, 0, each};
  spawned.start();
  Together others{putters - 1, [&](int i) { put_all(queue, (i + 1) * each, each); }};
  Together takers{getters, [&](int) {
                    while (left[0] > 0)
                      if (const auto value = queue.try_get_for(5ms)) ++seen[*value], --left[0];
                  }};
  takers.expect_end();
  others.expect_end();
  expect_end(spawned);
  EXPECT_TRUE(std::ranges::all_of(seen, [](const auto& n) { return n == 1; })) << putters << " to " << getters;
}

}  // namespace

TEST(SharedQueue, GivesEachValueOnceToManyFromMany) {
  for (const int capacity : {1, 16}) {
    exchange(1, 1, capacity);
    exchange(3, 1, capacity);
    exchange(1, 3, capacity);
    exchange(3, 2, capacity);
  }
}
TEST(SharedQueueRace, GivesEachValueOnce) { exchange(2, 3, 5); }

TEST(SharedQueue, GoesOnWhereItsCountsWrapRound) {
  const mp::RawArray<mp::RingState> ends{1};
  ends[0].capacity = 3;
  for (auto* end : {&ends[0].tail, &ends[0].head}) {
    end->mutex.init(PTHREAD_MUTEX_ERRORCHECK);
    int seen = 0;
    end->passed.compare_exchange(seen, (1 << 30) - 5);
  }
  SharedQueue<int> queue{mp::RawArray<int>{4}, mp::Ring{ends}};
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(queue.try_put(i) && queue.try_put(i + 1) && queue.try_put(i + 2)) << i;
    ASSERT_FALSE(queue.try_put(0)) << i;
    for (int j = 0; j < 3; ++j) ASSERT_EQ(queue.try_get(), i + j);
    ASSERT_FALSE(queue.try_get());
  }
}

namespace {

/// One of two putters or of two getters is killed at a random moment; the others go on, and all that comes is whole.
void kill_users(int rounds) {
  std::mt19937 random{std::random_device{}()};
  for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    SharedQueue<Whole> queue{8};
    const Counters taken{2}, torn{1};
    Together putters{2, [&](int) {
                       for (unsigned n = 0;; ++n) queue.put(Whole{n});
                     }};
    Together getters{2, [&](int me) {
                       for (;; ++taken[me])
                         if (!queue.get().is_whole()) ++torn[0];
                     }};
    Together& victims = round % 2 ? putters : getters;
    ::usleep(static_cast<unsigned>(random() % 3000));
    victims[0].kill();
    victims[0].join();
    const int before = taken[0] + taken[1];  // of both: on one processor, one of two may always come too late
    EXPECT_TRUE(tidy::eventually([&] { return taken[0] + taken[1] > before + 20; })) << "round " << round;
    EXPECT_EQ(torn[0], 0);
  }
}

}  // namespace

TEST(Killed, UserOfASharedQueueAtAnyMoment) { kill_users(tidy::kill_rounds); }
TEST(KilledRace, UserOfASharedQueue) { kill_users(5); }
