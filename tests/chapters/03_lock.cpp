// Lock, RLock, Value, Array and SharedMemory, by their public names.
#include "03_lock_value/lock.hpp"

#include <sys/mman.h>

#include <csignal>
#include <random>
#include <thread>

#include "01_process/process.hpp"
#include "02_pipe_queue/queue.hpp"
#include "03_lock_value/shared_memory.hpp"
#include "03_lock_value/value.hpp"
#include "common/workloads.hpp"
#include "tests/support/together.hpp"

using namespace std::chrono_literals;
using mp::Lock;
using mp::Process;
using mp::RLock;
using mp::Value;
using tidy::expect_end;

static_assert(mp::Inheritable<Lock> && !mp::Picklable<Lock>, "a lock is shared through inheritance, never pickled");
static_assert(mp::Inheritable<Value<int>> && !mp::Picklable<Value<int>>);
static_assert(mp::Inheritable<mp::Array<double>> && !mp::Picklable<mp::Array<double>>);
static_assert(mp::Inheritable<std::vector<std::pair<RLock, Value<int>>>>);

namespace {

using Numbers = mp::RawArray<long>;

void add_under(Lock lock, Numbers numbers) {
  for (int i = 0; i < 20'000; ++i) {
    const std::scoped_lock held{lock};
    ++numbers[0];
    numbers[1] += 2;
  }
}

/// A process that takes the lock and is killed with it in its hand.
void die_with(Lock lock) {
  Process holder{[&] {
    lock.lock();
    std::raise(SIGKILL);
  }};
  holder.start();
  expect_end(holder);
  EXPECT_EQ(holder.exitcode(), -SIGKILL);
}

/// What a process that has only just come gets of the lock.
std::string seen_by_another(auto lock) {
  mp::SimpleQueue<std::string> seen;
  Process other{[&] {
    try {
      const bool got = lock.try_lock_for(50ms);
      if (got) lock.unlock();
      seen.put(got ? "free" : "held");
    } catch (const mp::OwnerDied&) {
      seen.put("owner died");
    }
  }};
  other.start();
  expect_end(other);
  return seen.empty() ? "nothing" : seen.get();
}

}  // namespace

// ---- Lock ----

TEST(Lock, LetsOneInAtATimeHoweverTheyWereStarted) {
  Lock lock;
  const Numbers numbers{2};
  Process forked{add_under, lock, numbers}, spawned{mp::start::spawn, mp::fn<add_under>, lock, numbers};
  forked.start();
  spawned.start();
  std::jthread thread{add_under, lock, numbers};
  add_under(lock, numbers);
  thread.join();
  expect_end(forked);
  expect_end(spawned);
  EXPECT_EQ(numbers[0], 80'000);
  EXPECT_EQ(numbers[1], 160'000);
}

TEST(Lock, IsHeldForEverybodyElse) {
  Lock lock;
  lock.lock();
  EXPECT_EQ(seen_by_another(lock), "held");
  std::jthread{[&] { EXPECT_FALSE(lock.try_lock()); }}.join();
  lock.unlock();
  EXPECT_EQ(seen_by_another(lock), "free");
  std::jthread{[&] {
    EXPECT_TRUE(lock.try_lock());
    lock.unlock();
  }}.join();
}

TEST(Lock, WaitsOnlySoLong) {
  Lock lock;
  const std::scoped_lock held{lock};
  std::jthread{[&] {
    const auto start = mp::Clock::now();
    EXPECT_FALSE(lock.try_lock_for(120ms));
    EXPECT_GE(mp::seconds_since(start), 0.12);
    EXPECT_FALSE(lock.try_lock_for(-1s));
  }}.join();
}

TEST(Lock, IsGivenToWhoWaits) {
  Lock lock;
  std::unique_lock held{lock};
  Process waiter{[&] {
    lock.lock();
    lock.unlock();
  }};
  waiter.start();
  EXPECT_FALSE(waiter.try_join_for(50ms));
  held.unlock();
  expect_end(waiter);
}

TEST(Lock, TellsItsHolderThatWaitingWouldBeForEver) {
  Lock lock;
  const std::scoped_lock held{lock};
  EXPECT_THROW(lock.lock(), std::system_error);
  EXPECT_THROW(lock.try_lock_for(10s), std::system_error);
  EXPECT_FALSE(lock.try_lock());
}

TEST(Lock, IsReleasedByItsHolderAlone) {
  Lock lock;
  EXPECT_THROW(lock.unlock(), std::logic_error) << "nobody holds it";
  lock.lock();
  std::jthread{[&] { EXPECT_THROW(lock.unlock(), std::logic_error) << "another thread"; }}.join();
  Process child{[&] {
    try {
      lock.unlock();
    } catch (const std::logic_error&) {
      std::_Exit(3);
    }
  }};
  child.start();
  expect_end(child);
  EXPECT_EQ(child.exitcode(), 3) << "a child forked while it was held does not hold it";
  lock.unlock();
}

TEST(Lock, WorksWithScopedLockOfSeveral) {
  Lock a, b;
  const Numbers numbers{2};
  const auto add = [&](Lock& first, Lock& second) {
    for (int i = 0; i < 2'000; ++i) {
      const std::scoped_lock both{first, second};
      ++numbers[0];
    }
  };
  Process other{[&] { add(b, a); }};
  other.start();
  add(a, b);
  expect_end(other);
  EXPECT_EQ(numbers[0], 4'000);
}

TEST(Lock, ThatGoesWhileItIsHeldHarmsNoOther) {
  for (int i = 0; i < 3; ++i) {
    Lock lock, other;
    other.lock();
    lock.lock();
    lock = Lock{};  // its memory is gone, and it was held
    lock.lock();
    lock.unlock();
    other.unlock();
  }
}

// ---- RLock ----

TEST(RLock, MayBeTakenAgainByItsHolderAndIsReleasedAsOften) {
  RLock lock;
  lock.lock();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
  EXPECT_EQ(seen_by_another(lock), "held");
  lock.unlock();
  EXPECT_EQ(seen_by_another(lock), "free");
  EXPECT_THROW(lock.unlock(), std::logic_error);
}

// ---- the owner died ----

TEST(OwnerDied, IsSaidToEverybodyUntilSomebodyRecovers) {
  Lock lock;
  die_with(lock);
  EXPECT_THROW(lock.lock(), mp::OwnerDied);
  EXPECT_THROW(lock.try_lock(), mp::OwnerDied);
  EXPECT_THROW(lock.try_lock_for(1s), mp::OwnerDied);
  EXPECT_EQ(seen_by_another(lock), "owner died") << "we do not hold it, or it would be held";
  int repaired = 0;
  lock.recover([&] { ++repaired; });
  lock.recover([&] { ++repaired; });
  EXPECT_EQ(repaired, 1) << "the second time there is nothing to repair";
  EXPECT_EQ(seen_by_another(lock), "free");
}

TEST(OwnerDied, IsSaidToWhoWaitsAlready) {
  Lock lock;
  mp::SimpleQueue<bool> ready;
  Process holder{[&] {
    lock.lock();
    ready.put(true);
    mp::never_end();
  }};
  holder.start();
  (void)ready.get();
  std::jthread killer{[&] {
    ::usleep(50'000);
    holder.kill();
  }};
  EXPECT_THROW((void)lock.try_lock_for(tidy::watchdog), mp::OwnerDied);
}

TEST(OwnerDied, AlsoWhenItEndedInAnOrderlyWayOrWasAThread) {
  for (const int how : {0, 1, 2}) {
    Lock lock;
    if (how == 0) {
      std::jthread{[&] { lock.lock(); }}.join();
    } else {
      Process holder{[&] {
        lock.lock();
        if (how == 1) std::_Exit(0);
      }};
      holder.start();
      expect_end(holder);
    }
    EXPECT_THROW(lock.lock(), mp::OwnerDied) << how;
  }
}

TEST(OwnerDied, StaysWhenTheRepairFailsOrDies) {
  Lock lock;
  die_with(lock);
  EXPECT_THROW(lock.recover([] { throw std::runtime_error{"no"}; }), std::runtime_error);
  EXPECT_THROW(lock.lock(), mp::OwnerDied);
  Process repairer{[&] { lock.recover([] { std::raise(SIGKILL); }); }};
  repairer.start();
  expect_end(repairer);
  EXPECT_THROW(lock.lock(), mp::OwnerDied);
  bool repaired = false;
  lock.recover([&] { repaired = true; });
  EXPECT_TRUE(repaired);
  EXPECT_EQ(seen_by_another(lock), "free");
}

TEST(OwnerDied, IsThrownThroughAScopedLockOfSeveralAndLeavesTheOthersFree) {
  Lock dead, well;
  die_with(dead);
  EXPECT_THROW((std::scoped_lock{well, dead}), mp::OwnerDied);
  EXPECT_EQ(seen_by_another(well), "free");
}

namespace {

/// Of three that take the lock all the time, one is killed at a random moment, so many times: the others go on.
void kill_holders(int rounds) {
  std::mt19937 random{std::random_device{}()};
  for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    Lock lock;
    const mp::RawArray<std::atomic<int>> turns{3};
    const auto take = [&](int me) {
      for (;; ++turns[me]) try {
          const std::scoped_lock held{lock};
        } catch (const mp::OwnerDied&) {
          lock.recover([] {});
        }
    };
    tidy::Together workers{3, take};
    ::usleep(static_cast<unsigned>(random() % 2000));
    workers[0].kill();
    workers[0].join();
    const int before[] = {turns[1], turns[2]};
    EXPECT_TRUE(tidy::eventually([&] { return turns[1] > before[0] && turns[2] > before[1]; })) << "round " << round;
  }
}

}  // namespace

TEST(Killed, HolderOfALockAtAnyMoment) { kill_holders(tidy::kill_rounds); }
TEST(KilledRace, Holder) { kill_holders(5); }

// ---- Value and Array ----

TEST(Value, IsZeroAtFirstOrWhatItWasGiven) {
  EXPECT_EQ(Value<int>{}.load(), 0);
  EXPECT_EQ(Value<double>{2.5}.load(), 2.5);
  Value<int> value{3};
  value.store(4);
  EXPECT_EQ(value.load(), 4);
  EXPECT_EQ(*value, 4);
  EXPECT_EQ(value.update([](int& n) { return n++; }), 4);
  EXPECT_EQ(*value, 5);
}

namespace {

void count_up(Value<long> value, mp::Array<long> array) {
  for (int i = 0; i < 5'000; ++i) {
    value.update([](long& n) { ++n; });
    array.update([](std::span<long> all) { all[0] += 1, all[all.size() - 1] += 2; });
  }
}

}  // namespace

TEST(Value, LosesNoUpdateHoweverItsWorkersWereStarted) {
  const Value<long> value;
  const mp::Array<long> array{7};
  Process forked{count_up, value, array}, spawned{mp::start::spawn, mp::fn<count_up>, value, array};
  forked.start();
  spawned.start();
  std::jthread{count_up, value, array}.join();
  expect_end(forked);
  expect_end(spawned);
  EXPECT_EQ(value.load(), 15'000);
  EXPECT_EQ(array[0], 15'000);
  EXPECT_EQ(array[6], 30'000);
  EXPECT_EQ(array[3], 0);
  EXPECT_EQ(array.size(), 7U);
  EXPECT_EQ(std::accumulate(array.begin(), array.end(), 0L), 45'000);
}

TEST(Value, LetsItsLockBeHeldOverSeveralCalls) {
  const Value<int> value{1};
  const std::scoped_lock held{value.mutex()};
  value.store(value.load() + 1);
  *value += 1;
  EXPECT_EQ(value.load(), 3);
  EXPECT_EQ(seen_by_another(value.mutex()), "held");
}

TEST(Value, AndArrayAreReadWithoutTheirLockWhileItIsHeld) {
  const Value<int> value{3};
  const mp::Array<int> array{2};
  const std::scoped_lock held{value.mutex(), array.mutex()};
  Process other{[&] { std::_Exit(*value + array[1]); }};
  other.start();
  expect_end(other);
  EXPECT_EQ(other.exitcode(), 3);
}

TEST(Value, IsFreeAgainAfterAnUpdateThatThrows) {
  const Value<int> value;
  EXPECT_THROW(value.update([](int&) { throw std::runtime_error{"no"}; }), std::runtime_error);
  EXPECT_EQ(seen_by_another(value.mutex()), "free");
}

TEST(Value, TellsThatAnUpdateWasLeftHalfDone) {
  struct Pair {
    int a, b;
  };
  const Value<Pair> value{{1, 1}};
  Process victim{[&] {
    value.update([](Pair& pair) {
      ++pair.a;
      std::raise(SIGKILL);
      ++pair.b;
    });
  }};
  victim.start();
  expect_end(victim);
  EXPECT_THROW(value.load(), mp::OwnerDied);
  value.mutex().recover([&] {
    Pair pair = value.load();  // the repair may use what takes the lock
    value.store({pair.a, pair.a});
  });
  EXPECT_EQ(value.load().b, 2);
}

TEST(Value, CopiesAreHandlesOfOne) {
  Value<int> value;
  Value<int> other = value;
  other.store(4);
  EXPECT_EQ(value.load(), 4);
  other = Value<int>{7};
  EXPECT_EQ(value.load(), 4);
  Value<int> moved = std::move(other);
  EXPECT_EQ(moved.load(), 7);
}

TEST(Array, OfNothingIsEmpty) {
  const mp::Array<int> none{0};
  EXPECT_EQ(none.size(), 0U);
  EXPECT_TRUE(none.update([](std::span<int> all) { return all.empty(); }));
}

// ---- SharedMemory ----

namespace {

bool exists(const std::string& name) { return ::access(("/dev/shm/" + name).c_str(), F_OK) == 0; }

void write_into(std::string name) { mp::SharedMemory::attach(name).bytes()[3] = std::byte{7}; }

}  // namespace

TEST(SharedMemory, IsFoundByItsNameAndGoesWithItsOwner) {
  const std::string name = tidy::shared_name();
  {
    const auto memory = mp::SharedMemory::create(name, 10);
    EXPECT_EQ(memory.name(), name);
    ASSERT_EQ(memory.bytes().size(), 10U);
    EXPECT_EQ(memory.bytes()[3], std::byte{});
    Process other{mp::start::spawn, mp::fn<write_into>, name};
    other.start();
    expect_end(other);
    EXPECT_EQ(memory.bytes()[3], std::byte{7});
    EXPECT_TRUE(exists(name)) << "who has attached took the name away";
    const auto attached = mp::SharedMemory::attach(name);
    EXPECT_EQ(attached.bytes().size(), 10U);
  }
  EXPECT_FALSE(exists(name));
  EXPECT_THROW(mp::SharedMemory::attach(name), std::system_error);
}

TEST(SharedMemory, KeepsItsBytesForWhoIsAttachedWhenTheOwnerGoes) {
  auto owner = std::optional{mp::SharedMemory::create(tidy::shared_name(), 1)};
  const auto attached = mp::SharedMemory::attach(tidy::shared_name());
  owner->bytes()[0] = std::byte{5};
  owner.reset();
  EXPECT_EQ(attached.bytes()[0], std::byte{5});
}

TEST(SharedMemory, OfOneNameIsThereOnce) {
  const auto memory = mp::SharedMemory::create(tidy::shared_name(), 4);
  memory.bytes()[0] = std::byte{1};
  try {
    mp::SharedMemory::create(tidy::shared_name(), 4);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::file_exists);
    EXPECT_NE(std::string{error.what()}.find(tidy::shared_name()), std::string::npos);
  }
  EXPECT_EQ(memory.bytes()[0], std::byte{1});
}

TEST(SharedMemory, OfAnOwnerThatWasKilledIsTakenOverEmpty) {
  const std::string name = tidy::shared_name();
  Process owner{[&] {
    const auto memory = mp::SharedMemory::create(name, 100);
    memory.bytes()[1] = std::byte{9};
    std::raise(SIGKILL);
  }};
  owner.start();
  expect_end(owner);
  ASSERT_TRUE(exists(name));
  const auto memory = mp::SharedMemory::create(name, 5);
  EXPECT_EQ(memory.bytes().size(), 5U);
  EXPECT_EQ(memory.bytes()[1], std::byte{});
}

TEST(SharedMemory, ThatIsTakenOverIsNotTheOneThatOthersStillHave) {
  const std::string name = tidy::shared_name();
  mp::SimpleQueue<bool> made;
  Process owner{[&] {
    const auto memory = mp::SharedMemory::create(name, 100'000);
    made.put(true);
    mp::never_end();
  }};
  owner.start();
  (void)made.get();
  const auto attached = mp::SharedMemory::attach(name);
  attached.bytes()[99'999] = std::byte{7};
  owner.kill();
  expect_end(owner);
  const auto next = mp::SharedMemory::create(name, 100);
  EXPECT_EQ(attached.bytes()[99'999], std::byte{7});
  next.bytes()[0] = std::byte{1};
  EXPECT_EQ(attached.bytes()[0], std::byte{});
}

TEST(SharedMemory, LeavesNoNameWhereItCannotBeMade) {
  EXPECT_THROW(mp::SharedMemory::create(tidy::shared_name(), SIZE_MAX), std::system_error);
  EXPECT_THROW(mp::SharedMemory::create(tidy::shared_name(), std::size_t{1} << 50), std::system_error);
  EXPECT_FALSE(exists(tidy::shared_name()));
}

TEST(SharedMemory, TakesNoNameAwayThatIsAnothersByNow) {
  {
    const auto first = mp::SharedMemory::create(tidy::shared_name(), 1);
    ::shm_unlink(("/" + tidy::shared_name()).c_str());
    const auto second = mp::SharedMemory::create(tidy::shared_name(), 1);
    { const auto gone = mp::SharedMemory::attach(tidy::shared_name()); }
    EXPECT_TRUE(exists(tidy::shared_name()));
  }
  EXPECT_FALSE(exists(tidy::shared_name()));
}

TEST(SharedMemory, IsLeftAloneByAForkedChild) {
  const auto memory = mp::SharedMemory::create(tidy::shared_name(), 1);
  Process child{[&] { std::exit(0); }};
  child.start();
  expect_end(child);
  EXPECT_TRUE(exists(tidy::shared_name()));
}

TEST(SharedMemory, RefusesNamesAndSizesThatCannotBe) {
  for (const auto& name : {std::string{}, std::string{"a/b"}, std::string{"/a"}, std::string{"a\0b", 3}})
    EXPECT_THROW(mp::SharedMemory::create(name, 1), std::invalid_argument);
  EXPECT_THROW(mp::SharedMemory::create(tidy::shared_name(), 0), std::invalid_argument);
}
