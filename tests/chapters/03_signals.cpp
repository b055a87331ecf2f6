// Semaphore, Condition, Event and Barrier, by their public names.
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <climits>
#include <csignal>
#include <random>
#include <thread>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
#include "02_pipe_queue/queue.hpp"
#include "03_lock_value/barrier.hpp"
#include "03_lock_value/condition.hpp"
#include "03_lock_value/event.hpp"
#include "03_lock_value/semaphore.hpp"
#include "03_lock_value/shared_queue.hpp"
#include "common/descriptor.hpp"
#include "tests/support/together.hpp"

using namespace std::chrono_literals;
using mp::Barrier;
using mp::Condition;
using mp::Event;
using mp::Lock;
using mp::Process;
using mp::Semaphore;
using tidy::expect_end;
using tidy::Together;

static_assert(mp::Inheritable<Semaphore> && !mp::Picklable<Semaphore>);
static_assert(mp::Inheritable<Condition> && mp::Inheritable<Event> && mp::Inheritable<Barrier>);

namespace {

using Counters = mp::RawArray<std::atomic<int>>;

/// Looks for a while whether what must not happen happens.
bool stays(const std::function<bool()>& holds) {
  for (const mp::Deadline end{60ms}; !end.passed(); ::usleep(1000))
    if (!holds()) return false;
  return true;
}

}  // namespace

// ---- Semaphore ----

TEST(Semaphore, LetsSoManyInAtATime) {
  Semaphore semaphore{2};
  const Counters inside{2};  // now, and at most
  Together workers{4, [&](int) {
                     for (int i = 0; i < 200; ++i) {
                       semaphore.acquire();
                       const int now = ++inside[0];
                       for (int most = inside[1]; most < now && !inside[1].compare_exchange_weak(most, now);) continue;
                       std::this_thread::yield();
                       --inside[0];
                       semaphore.release();
                     }
                   }};
  workers.expect_end();
  EXPECT_LE(inside[1], 2);
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_FALSE(semaphore.try_acquire());
}

TEST(Semaphore, WaitsOnlySoLong) {
  Semaphore semaphore{0};
  const auto start = mp::Clock::now();
  EXPECT_FALSE(semaphore.try_acquire_for(120ms));
  EXPECT_GE(mp::seconds_since(start), 0.12);
  EXPECT_FALSE(semaphore.try_acquire_for(-1s));
}

TEST(Semaphore, MayBeReleasedByAnybodyAndGrow) {
  Semaphore semaphore{0};
  Process giver{[&] { semaphore.release(), semaphore.release(); }};
  giver.start();
  EXPECT_TRUE(semaphore.try_acquire_for(tidy::watchdog));
  EXPECT_TRUE(semaphore.try_acquire_for(tidy::watchdog));
  EXPECT_FALSE(semaphore.try_acquire());
  expect_end(giver);
}

TEST(Semaphore, OfLessThanNoneIsRefused) { EXPECT_THROW(Semaphore{-1}, std::invalid_argument); }

TEST(BoundedSemaphore, IsNeverReleasedMoreOftenThanAcquired) {
  mp::BoundedSemaphore semaphore{2};
  EXPECT_THROW(semaphore.release(), std::logic_error);
  semaphore.acquire();
  Process giver{[&] { semaphore.release(); }};
  giver.start();
  expect_end(giver);
  EXPECT_THROW(semaphore.release(), std::logic_error);
  semaphore.acquire();
  semaphore.acquire();
  EXPECT_FALSE(semaphore.try_acquire()) << "the refused releases left nothing behind";
}

TEST(Semaphore, LosesTheUnitOfWhoIsKilledWithIt) {
  Semaphore semaphore{1};
  Process holder{[&] {
    semaphore.acquire();
    std::raise(SIGKILL);
  }};
  holder.start();
  expect_end(holder);
  EXPECT_FALSE(semaphore.try_acquire_for(20ms)) << "nobody owns a unit, so nobody can know";
}

namespace {

void kill_waiters_of_a_semaphore(int rounds) {
  std::mt19937 random{std::random_device{}()};
  for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    Semaphore semaphore{0};
    const Counters got{1};
    Together workers{3, [&](int) {
                       semaphore.acquire();
                       ++got[0];
                     }};
    ::usleep(static_cast<unsigned>(random() % 1500));
    std::jthread killer{[&] { workers[0].kill(); }};
    for (int i = 0; i < 3; ++i) semaphore.release();  // enough for all, should the victim have had one
    EXPECT_TRUE(tidy::eventually([&] { return got[0] >= 2; })) << "round " << round;
  }
}

}  // namespace

TEST(Killed, WaiterOfASemaphore) { kill_waiters_of_a_semaphore(tidy::kill_rounds); }
TEST(KilledRace, WaiterOfASemaphore) { kill_waiters_of_a_semaphore(5); }

// ---- Condition ----

namespace {

struct Shared {
  Lock lock;
  Condition changed;
  mp::RawArray<int> number{1};

  void set(int n) {
    const std::scoped_lock held{lock};
    number[0] = n;
    changed.notify_all();
  }
  bool wait_for(int n, mp::Seconds limit = tidy::watchdog) {
    std::unique_lock held{lock};
    return changed.wait_for(held, limit, [&] { return number[0] >= n; });
  }
};

void wait_and_answer(Lock lock, Condition changed, mp::RawArray<int> number) {
  std::unique_lock held{lock};
  changed.wait(held, [&] { return number[0] == 1; });
  number[0] = 2;
  changed.notify_one();
}

}  // namespace

TEST(Condition, WakesProcessesHoweverTheyWereStarted) {
  for (const bool spawned : {false, true}) {
    Shared shared;
    Process other = spawned
                        ? Process{mp::start::spawn, mp::fn<wait_and_answer>, shared.lock, shared.changed, shared.number}
                        : Process{wait_and_answer, shared.lock, shared.changed, shared.number};
    other.start();
    ::usleep(20'000);
    shared.set(1);
    EXPECT_TRUE(shared.wait_for(2));
    expect_end(other);
  }
}

TEST(Condition, DoesNotWaitForWhatIsTrueAlready) {
  Shared shared;
  std::unique_lock held{shared.lock};
  shared.changed.wait(held, [] { return true; });
  EXPECT_TRUE(shared.changed.wait_for(held, 0s, [] { return true; }));
  EXPECT_TRUE(held.owns_lock());
}

TEST(Condition, WaitsOnlySoLongAndHoldsTheLockAgain) {
  Shared shared;
  const auto start = mp::Clock::now();
  std::unique_lock held{shared.lock};
  EXPECT_FALSE(shared.changed.wait_for(held, 120ms, [] { return false; }));
  EXPECT_GE(mp::seconds_since(start), 0.12);
  EXPECT_TRUE(held.owns_lock());
  EXPECT_THROW(shared.lock.lock(), std::system_error) << "we hold it";
}

TEST(Condition, AsksWithTheLockHeldAndWaitsWithoutIt) {
  Shared shared;
  std::jthread waiter{[&] { EXPECT_TRUE(shared.wait_for(1)); }};
  EXPECT_TRUE(stays([&] {
    const bool got = shared.lock.try_lock_for(tidy::watchdog);
    if (got) shared.lock.unlock();
    return got;
  }));
  shared.set(1);
}

TEST(Condition, TellsWhoWokeThatTheOwnerDied) {
  Shared shared;
  std::jthread waiter{[&] { EXPECT_THROW((void)shared.wait_for(1), mp::OwnerDied); }};
  ::usleep(20'000);
  Process victim{[&] {
    shared.lock.lock();
    shared.changed.notify_all();
    std::raise(SIGKILL);
  }};
  victim.start();
  expect_end(victim);
}

namespace {

/// Of three waiters one is killed at a random moment; the notifier goes on, and so do the others.
void kill_waiters_of_a_condition(int rounds) {
  std::mt19937 random{std::random_device{}()};
  for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    Shared shared;
    const Counters seen{3};
    Together workers{3, [&](int me) {
                       for (int n = 1;; ++n) try {
                           (void)shared.wait_for(n);
                           seen[me] = n;
                         } catch (const mp::OwnerDied&) {
                           shared.lock.recover([] {});
                         }
                     }};
    std::jthread killer{[&, wait = random() % 2000] {
      ::usleep(static_cast<unsigned>(wait));
      workers[0].kill();
    }};
    int n = 1;
    for (; n < 100; ++n) try {
        shared.set(n);
      } catch (const mp::OwnerDied&) {
        shared.lock.recover([] {});
      }
    EXPECT_TRUE(tidy::eventually([&] { return seen[1] >= n - 1 && seen[2] >= n - 1; }))
        << "round " << round << ": " << seen[1] << " and " << seen[2] << " of " << n - 1;
  }
}

}  // namespace

TEST(Killed, WaiterOfACondition) { kill_waiters_of_a_condition(tidy::kill_rounds); }
TEST(KilledRace, WaiterOfACondition) { kill_waiters_of_a_condition(5); }

// ---- Event ----

TEST(Event, IsSetClearedAndSetAgain) {
  Event event;
  EXPECT_FALSE(event.is_set());
  event.set();
  event.set();
  EXPECT_TRUE(event.is_set());
  event.wait();
  EXPECT_TRUE(event.wait_for(0s));
  event.clear();
  event.clear();
  EXPECT_FALSE(event.is_set());
  EXPECT_FALSE(event.wait_for(0s));
}

TEST(Event, WakesAllWhoWait) {
  Event event;
  const Counters woken{1};
  Together workers{3, [&](int) {
                     event.wait();
                     ++woken[0];
                   }};
  EXPECT_TRUE(stays([&] { return woken[0] == 0; }));
  event.set();
  workers.expect_end();
  EXPECT_EQ(woken[0], 3);
}

TEST(Event, WaitsOnlySoLong) {
  Event event;
  const auto start = mp::Clock::now();
  EXPECT_FALSE(event.wait_for(120ms));
  EXPECT_GE(mp::seconds_since(start), 0.12);
}

TEST(Event, IsNotMissedThoughItIsClearedAtOnce) {
  Event event;
  const Counters waiting{1};
  Process waiter{[&] {
    waiting[0] = 1;
    event.wait();
  }};
  waiter.start();
  ASSERT_TRUE(tidy::eventually([&] { return waiting[0] == 1; }));
  ::usleep(50'000);  // so that it waits; were it late, the loop below would go on until it does
  for (int i = 0; i < 2000 && waiter.is_alive(); ++i) {
    event.set();
    event.clear();
    ::usleep(1000);
  }
  expect_end(waiter);
}

TEST(Killed, WaiterOfAnEventStopsNobody) {
  for (int round = 0; round < tidy::kill_rounds; ++round) {
    Event event;
    const Counters woken{1};
    Together workers{3, [&](int) {
                       event.wait();
                       ++woken[0];
                     }};
    std::jthread killer{[&] { workers[0].kill(); }};
    event.set();
    ASSERT_TRUE(tidy::eventually([&] { return woken[0] >= 2; })) << "round " << round;
  }
}

// ---- Barrier ----

TEST(Barrier, LetsAllGoWhenTheLastHasCome) {
  Barrier barrier{3};
  const Counters gone{1};
  Together workers{2, [&](int) {
                     barrier.wait();
                     ++gone[0];
                   }};
  EXPECT_TRUE(stays([&] { return gone[0] == 0; }));
  barrier.wait();
  workers.expect_end();
  EXPECT_EQ(gone[0], 2);
}

namespace {

void meet_often(Barrier barrier, mp::RawArray<std::atomic<int>> places, int n) {
  for (int round = 0; round < 300; ++round) ++places[round * n + barrier.wait()];
}

}  // namespace

TEST(Barrier, GivesEachOfARoundAPlaceOfItsOwn) {
  for (const int n : {1, 2, 3, 5}) {
    Barrier barrier{n};
    const Counters places{300 * static_cast<std::size_t>(n)};
    {
      Process spawned{mp::start::spawn, mp::fn<meet_often>, barrier, places, n};
      spawned.start();
      Together others{n - 1, [&](int) { meet_often(barrier, places, n); }};
      others.expect_end();
      expect_end(spawned);
    }
    EXPECT_TRUE(std::ranges::all_of(places, [](const auto& taken) { return taken == 1; })) << n;
  }
}

TEST(Barrier, WithMoreUsersThanPartiesLetsThemGoInGroups) {
  Barrier barrier{2};
  Together workers{6, [&](int) {
                     for (int i = 0; i < 50; ++i) barrier.wait();
                   }};
  // The last ones may be left without a partner: be that, until all are through.
  for (int i = 0; i < 6; ++i)
    while (workers[static_cast<std::size_t>(i)].is_alive()) try {
        barrier.wait_for(50ms);
      } catch (const mp::BrokenBarrier&) {
        barrier.reset();
        break;
      }
}

TEST(Barrier, BreaksForEverybodyWhenTheTimeIsUp) {
  Barrier barrier{3};
  mp::SimpleQueue<std::string> said;
  Process other{[&] {
    try {
      barrier.wait();
    } catch (const mp::BrokenBarrier&) {
      said.put("broken");
    }
  }};
  other.start();
  const auto start = mp::Clock::now();
  EXPECT_THROW(barrier.wait_for(120ms), mp::BrokenBarrier);
  EXPECT_GE(mp::seconds_since(start), 0.12);
  EXPECT_EQ(said.get(), "broken");
  expect_end(other);
  EXPECT_THROW(barrier.wait(), mp::BrokenBarrier) << "until it is reset";
  barrier.reset();
  Together others{2, [&](int) { barrier.wait(); }};
  barrier.wait();
  others.expect_end();
}

TEST(Barrier, IsAbortedAndResetUnderWhoWaits) {
  for (const bool reset : {false, true}) {
    Barrier barrier{2};
    const Counters state{1};  // 1 comes, 2 broken
    Process other{[&] {
      state[0] = 1;
      try {
        barrier.wait();
      } catch (const mp::BrokenBarrier&) {
        state[0] = 2;
      }
    }};
    other.start();
    ASSERT_TRUE(tidy::eventually([&] { return state[0] == 1; }));
    ::usleep(50'000);
    reset ? barrier.reset() : barrier.abort();
    EXPECT_TRUE(tidy::eventually([&] { return state[0] == 2; })) << reset;
    expect_end(other);
    if (!reset) {
      EXPECT_THROW(barrier.wait(), mp::BrokenBarrier);
    }
  }
}

TEST(Barrier, OfNobodyOrTooManyIsRefused) {
  for (const int n : {0, -1, 1001}) EXPECT_THROW(Barrier{n}, std::invalid_argument) << n;
  EXPECT_EQ(Barrier{1}.wait(), 0);
}

namespace {

void kill_waiters_of_a_barrier(int rounds) {
  std::mt19937 random{std::random_device{}()};
  for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    Barrier barrier{3};
    const Counters broken{1};
    Together workers{2, [&](int) {
                       try {
                         for (;;) barrier.wait();
                       } catch (const mp::BrokenBarrier&) {
                         ++broken[0];
                       }
                     }};
    std::jthread killer{[&, wait = random() % 1500] {
      ::usleep(static_cast<unsigned>(wait));
      workers[0].kill();
    }};
    try {
      for (;;) barrier.wait_for(30ms);
    } catch (const mp::BrokenBarrier&) {}
    EXPECT_TRUE(tidy::eventually([&] { return broken[0] >= 1; })) << "round " << round;
  }
}

}  // namespace

TEST(Killed, WaiterOfABarrierIsMissedInTheNextRound) { kill_waiters_of_a_barrier(tidy::kill_rounds); }
TEST(KilledRace, WaiterOfABarrier) { kill_waiters_of_a_barrier(3); }

// ---- killed between a change and its wake ----

namespace {

/// From now on this process dies as it is about to wake all who sleep on a futex.
void die_before_waking() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 5),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAKE, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, INT_MAX, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(program), program};
  ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

/// Somebody sleeps in `wait`; another is killed in the middle of `wake`; the sleeper comes back all the same.
void survive(const std::function<void()>& wait, const std::function<void()>& wake) {
  const Counters back{1};
  Together sleeper{1, [&](int) {
                     wait();
                     back[0] = 1;
                   }};
  const auto asleep = [&] {
    const auto stat = mp::read_text("/proc/" + std::to_string(sleeper[0].pid()) + "/syscall").value_or("");
    return stat.starts_with(std::to_string(SYS_futex) + " ");
  };
  ASSERT_TRUE(tidy::eventually(asleep));
  Process victim{[&] {
    die_before_waking();
    wake();
  }};
  victim.start();
  expect_end(victim);
  EXPECT_EQ(victim.exitcode(), -SIGSYS) << "it was to be killed at that very moment";
  EXPECT_TRUE(tidy::eventually([&] { return back[0] == 1; }));
}

}  // namespace

TEST(KilledBeforeItsWake, LeavesNobodyAsleepAtAnEvent) {
  Event event;
  survive([&] { event.wait(); }, [&] { event.set(); });
}
TEST(KilledBeforeItsWake, LeavesNobodyAsleepAtASemaphore) {
  Semaphore semaphore{0};
  survive([&] { semaphore.acquire(); }, [&] { semaphore.release(); });
}
TEST(KilledBeforeItsWake, LeavesNobodyAsleepAtABarrier) {
  Barrier barrier{2};
  survive([&] { barrier.wait(); }, [&] { barrier.wait(); });
}
TEST(KilledBeforeItsWake, LeavesNobodyAsleepAtARing) {
  mp::SharedQueue<int> ring{1};
  survive([&] { ring.get(); }, [&] { ring.put(1); });
}
TEST(KilledBeforeItsWake, LeavesNobodyAsleepAtABoundedQueue) {
  mp::Queue<int> queue{1};
  queue.put(1);
  ASSERT_EQ(mp::wait_ready({queue}, tidy::watchdog).size(), 1U);
  survive([&] { queue.cancel_join_thread(), queue.put(2); }, [&] { queue.get(); });
}

TEST(KilledBeforeItsWake, OrBeforeItNotifiesLeavesNobodyAsleep) {
  Shared shared;
  std::jthread waiter{[&] { EXPECT_THROW((void)shared.wait_for(1), mp::OwnerDied); }};
  ::usleep(20'000);
  Process victim{[&] {
    shared.lock.lock();
    shared.number[0] = 1;
    std::raise(SIGKILL);
  }};
  victim.start();
  expect_end(victim);
}

TEST(Barrier, NoticesManyResetsAndRoundsThatItSleptThrough) {
  Barrier barrier{2};
  const Counters broken{1};
  Process waiter{[&] {
    try {
      barrier.wait();
    } catch (const mp::BrokenBarrier&) {
      broken[0] = 1;
    }
  }};
  waiter.start();
  ::usleep(50'000);
  ::kill(waiter.pid(), SIGSTOP);
  for (int i = 0; i < 1 << 12; ++i) barrier.reset();
  ::kill(waiter.pid(), SIGCONT);
  expect_end(waiter);
  EXPECT_EQ(broken[0], 1);
}

TEST(Semaphore, KeepsItsBoundWhateverItIsCalled) {
  mp::BoundedSemaphore bounded{1};
  Semaphore plain = bounded;
  EXPECT_THROW(plain.release(), std::logic_error);
  EXPECT_THROW(Semaphore{INT_MAX}, std::invalid_argument);
}
