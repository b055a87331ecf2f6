// The manager, its proxies and its server, by their public names.
#include "04_manager/manager.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

#include "04_manager/remote_error.hpp"
#include "common/workloads.hpp"
#include "tests/support/together.hpp"

using namespace std::chrono_literals;
using mp::Manager;
using mp::Process;
using mp::Proxy;
using tidy::expect_end;
using tidy::Together;

using Ages = Proxy<mp::Dict<std::string, int>>;
static_assert(mp::Picklable<Ages>, "to a pool, too: that is what many use a manager for");

namespace {

/// Knows how many of its kind are alive in the server.
struct Counted {
  Counted() { ++alive; }
  ~Counted() { --alive; }
  int count() { return alive; }
  static inline std::atomic<int> alive = 0;
  MP_METHODS(count)
};
struct Census {
  int count() { return Counted::alive; }
  MP_METHODS(count)
};

struct OwnError : std::logic_error {
  using std::logic_error::logic_error;
};
struct Thrower {
  void out_of_range() { throw std::out_of_range{"too far"}; }
  void system() { throw std::system_error{ENOENT, std::generic_category(), "open"}; }
  void own() { throw OwnError{"mine"}; }
  void bare() { throw std::system_error{ENOENT, std::generic_category()}; }
  void nothing() { throw 7; }
  int works() { return 1; }
  MP_METHODS(out_of_range, system, bare, own, nothing, works)
};

pid_t server_of(const Manager& manager) {
  return manager.make_value(0).call([](auto&) { return ::getpid(); });
}

/// The type of the error that `f` throws, as the caller sees it, and its text.
template <class E>
std::string thrown(auto f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing of that type was thrown";
}

void set_age(Ages ages) { ages.set("Ada", 36); }

}  // namespace

// ---- what holds values ----

TEST(ManagedDict, HoldsMixedValuesInTheOrderInWhichTheyCame) {
  using Key = std::variant<int, std::string, double>;
  using Value = std::variant<std::monostate, std::string, int>;
  const Manager manager;
  const auto d = manager.make_dict<Key, Value>();
  d.set(1, "1");
  d.set("2", 2);
  d.set(0.25, std::monostate{});
  const std::vector<std::pair<Key, Value>> expected{{1, "1"}, {"2", 2}, {0.25, std::monostate{}}};
  EXPECT_EQ(d.items(), expected);
  d.set(1, 3);
  EXPECT_EQ(d.items().front(), (std::pair<Key, Value>{1, 3})) << "a key keeps its place";
}

TEST(ManagedDict, GetsSetsAndForgets) {
  const Manager manager;
  const auto ages = manager.make_dict<std::string, int>();
  EXPECT_EQ(ages.size(), 0U);
  ages.set("Ada", 36);
  EXPECT_EQ(ages.get("Ada"), 36);
  EXPECT_TRUE(ages.contains("Ada"));
  EXPECT_FALSE(ages.contains("Bob"));
  EXPECT_THROW(ages.get("Bob"), std::out_of_range);
  EXPECT_EQ(ages.update(
                "Bob", [](int& age, int by) { return age += by; }, 5),
            5)
      << "a new value is zero";
  EXPECT_TRUE(ages.erase("Ada"));
  EXPECT_FALSE(ages.erase("Ada"));
  EXPECT_EQ(ages.size(), 1U);
}

TEST(ManagedList, ReversesSlicesAndSorts) {
  const Manager manager;
  const auto l = manager.make_list<int>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  l.reverse();
  EXPECT_EQ(l.copy(), (std::vector{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));
  EXPECT_EQ(l.slice(2, 4), (std::vector{7, 6}));
  EXPECT_EQ(l.slice(-2, 100), (std::vector{1, 0}));
  EXPECT_EQ(l.slice(5, 2), (std::vector<int>{}));
  EXPECT_EQ(l.slice(-100, 1), (std::vector{9}));
  l.sort();
  EXPECT_EQ(l.get(0), 0);
  EXPECT_EQ(l.get(-1), 9);
  EXPECT_EQ(l.pop(), 9);
  EXPECT_EQ(l.pop(0), 0);
  l.set(-1, 80);
  l.append(1);
  EXPECT_EQ(l.copy(), (std::vector{1, 2, 3, 4, 5, 6, 7, 80, 1}));
  EXPECT_EQ(l.size(), 9U);
  for (const long beyond : {9L, -10L}) EXPECT_THROW(l.get(beyond), std::out_of_range) << beyond;
  EXPECT_THROW(manager.make_list<int>().pop(), std::out_of_range);
}

TEST(ManagedCounter, CountsAndTellsTheMostFrequent) {
  const Manager manager;
  const auto words = manager.make_counter<std::string>();
  words.add("a");
  words.add("b", 2L);
  words.update(std::map<std::string, long>{{"a", 3}, {"c", 2}});
  EXPECT_EQ(words.get("a"), 4);
  EXPECT_EQ(words.get("z"), 0);
  using Items = std::vector<std::pair<std::string, long>>;
  EXPECT_EQ(words.most_common(2), (Items{{"a", 4}, {"b", 2}}));
  EXPECT_EQ(words.most_common(9).size(), 3U);
  EXPECT_EQ(words.most_common(-1), Items{});
}

TEST(ManagedNamespace, HoldsValuesOfAnyTypeByName) {
  const Manager manager;
  const auto space = manager.make_namespace();
  space.set("n", 10);
  space.set("text", "ten");
  space.set("list", std::vector{1, 2});
  EXPECT_EQ(space.get<int>("n"), 10);
  EXPECT_EQ(space.get<std::string>("text"), "ten");
  EXPECT_EQ(space.get<std::vector<int>>("list"), (std::vector{1, 2}));
  EXPECT_THROW(space.get<int>("absent"), std::out_of_range);
  EXPECT_THROW(space.get<int>("text"), std::bad_any_cast);
}

TEST(ManagedValue, IsChangedInOneCall) {
  const Manager manager;
  const auto value = manager.make_value(std::string{"a"});
  value.store("b");
  EXPECT_EQ(value.update([](std::string& text, std::string more) { return (text += more).size(); }, "cd"), 3U);
  EXPECT_EQ(value.load(), "bcd");
  const auto array = manager.make_array<double>(3);
  array.set(1, 1.5);
  EXPECT_EQ(array.copy(), (std::vector{0.0, 1.5, 0.0}));
}

TEST(Managed, PlainValuesAreCopiesAndProxiesAreNot) {
  const Manager manager;
  const auto plain = manager.make_dict<int, std::vector<int>>();
  plain.set(1, std::vector{1});
  plain.get(1).push_back(2);
  EXPECT_EQ(plain.get(1), std::vector{1}) << "lost, in Python as here";
  const auto nested = manager.make_dict<int, Proxy<mp::List<int>>>();
  nested.set(1, manager.make_list<int>({1}));
  nested.get(1).append(2);
  EXPECT_EQ(nested.get(1).copy(), (std::vector{1, 2}));
}

TEST(Managed, TwoCallsAreTwoAndOneIsOne) {
  const Manager manager;
  const auto ages = manager.make_dict<std::string, int>();
  Together workers{4, [&](int) {
                     for (int i = 0; i < 100; ++i) ages.update("all", [](int& n) { ++n; });
                   }};
  workers.expect_end();
  EXPECT_EQ(ages.get("all"), 400);

  const auto seen = manager.make_event(), added = manager.make_event();
  Together two{2, [&](int which) {
                 if (which == 1) seen.wait();
                 const int n = ages.get("all");
                 if (which == 0) seen.set(), added.wait();
                 ages.set("all", n + 1);
                 if (which == 1) added.set();
               }};
  two.expect_end();
  EXPECT_EQ(ages.get("all"), 401) << "forced: one of two updates is lost";
}

// ---- calls ----

TEST(Proxy, CallsWhatItsTypeHas) {
  const Manager manager;
  const auto text = manager.make<std::string>("abc");
  EXPECT_EQ(text.call([](std::string& s, char c) { return s += c; }, 'd'), "abcd");
  const auto thrower = manager.make<Thrower>();
  EXPECT_EQ(thrower.call(mp::fn<&Thrower::works>), 1);
}

TEST(Proxy, ErrorsKeepTheirType) {
  const Manager manager;
  const auto thrower = manager.make<Thrower>();
  EXPECT_EQ(thrown<std::out_of_range>([&] { thrower.out_of_range(); }), "too far");
  EXPECT_EQ(thrown<std::system_error>([&] { thrower.system(); }), "open: No such file or directory");
  EXPECT_EQ(thrown<std::system_error>([&] { thrower.bare(); }), ": No such file or directory");
  EXPECT_NE(thrown<mp::RemoteError>([&] { thrower.own(); }).find("OwnError: mine"), std::string::npos);
  EXPECT_NE(thrown<mp::RemoteError>([&] { thrower.nothing(); }).find("int"), std::string::npos);
  try {
    thrower.system();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ENOENT);
    const auto* const remote = dynamic_cast<const mp::Remote*>(&error);
    ASSERT_NE(remote, nullptr);
    EXPECT_EQ(remote->pid, server_of(manager));
    EXPECT_EQ(remote->type(), "std::system_error");
  }
  EXPECT_EQ(thrower.works(), 1);
}

TEST(Proxy, ErrorsKeepTheirTypeOnASecondJourney) {
  const Manager near, far;
  const auto thrower = far.make<Thrower>();
  const auto go_between = near.make_value(0);
  const auto call = [](auto&, Proxy<Thrower> other) { other.system(); };
  try {
    go_between.call(call, thrower);
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(std::string{error.what()}, "open: No such file or directory");
    EXPECT_EQ(dynamic_cast<const mp::Remote&>(error).pid, server_of(far));
  }
}

TEST(Proxy, GoesWhereverAProcessIsStarted) {
  const Manager manager;
  const auto ages = manager.make_dict<std::string, int>();
  Process spawned{mp::start::spawn, mp::fn<set_age>, ages};
  spawned.start();
  expect_end(spawned);
  EXPECT_EQ(ages.get("Ada"), 36);
  Process forked{[=] { ages.set("Ada", ages.get("Ada") + 1); }};
  forked.start();
  expect_end(forked);
  EXPECT_EQ(ages.get("Ada"), 37);
}

TEST(Proxy, IsForManyThreadsAtOnce) {
  const Manager manager;
  const auto counter = manager.make_counter<int>();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 5; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) counter.add(t);
      });
  }
  for (int t = 0; t < 5; ++t) EXPECT_EQ(counter.get(t), 50);
}

TEST(Proxy, OfAForkedChildHasAConnectionOfItsOwn) {
  const Manager manager;
  const auto ages = manager.make_dict<std::string, int>();
  ages.set("parent", 0);
  ages.set("child", 0);
  Process child{[&] {
    for (int i = 1; i <= 200; ++i) {
      ages.set("child", i);
      if (ages.get("child") != i) std::_Exit(1);
    }
  }};
  child.start();
  for (int i = 1; i <= 200; ++i) {
    ages.set("parent", i);
    ASSERT_EQ(ages.get("parent"), i) << "an answer that was the child's";
  }
  expect_end(child);
  EXPECT_EQ(child.exitcode(), 0);
}

// ---- references ----

TEST(References, ObjectGoesWithTheLastOfThem) {
  const Manager manager;
  const auto census = manager.make<Census>();
  EXPECT_EQ(census.count(), 0);
  {
    const auto first = manager.make<Counted>();
    const auto second = first;
    EXPECT_EQ(census.count(), 1);
  }
  EXPECT_TRUE(tidy::eventually([&] { return census.count() == 0; }));
}

TEST(References, OfAKilledProcessAreGone) {
  const Manager manager;
  const auto census = manager.make<Census>();
  const auto waits = manager.make_event();
  Process client{[&] {
    const auto mine = manager.make<Counted>();
    waits.set();
    mp::never_end();
  }};
  client.start();
  waits.wait();
  EXPECT_EQ(census.count(), 1);
  client.kill();
  expect_end(client);
  EXPECT_TRUE(tidy::eventually([&] { return census.count() == 0; }));
}

TEST(References, OfAForkedChildKeepTheObject) {
  const Manager manager;
  const auto census = manager.make<Census>();
  const auto go = manager.make_event(), done = manager.make_event();
  std::optional object{manager.make<Counted>()};
  Process child{[&] {
    go.wait();
    if (object->count() == 1) done.set();
  }};
  child.start();
  object.reset();
  go.set();
  EXPECT_TRUE(done.wait_for(tidy::watchdog)) << "the child's copy is a reference";
  expect_end(child);
  EXPECT_TRUE(tidy::eventually([&] { return census.count() == 0; }));
}

TEST(References, InAnotherObjectKeepIt) {
  const Manager manager;
  const auto census = manager.make<Census>();
  const auto list = manager.make_list<Proxy<Counted>>();
  list.append(manager.make<Counted>());
  EXPECT_EQ(census.count(), 1);
  EXPECT_EQ(list.get(0).count(), 1);
  (void)list.pop();
  EXPECT_TRUE(tidy::eventually([&] { return census.count() == 0; }));
}

TEST(References, ToWhatIsGoneAreRefused) {
  const Manager manager;
  std::optional object{manager.make<Counted>()};
  const mp::Message travelling = mp::pickled(*object);
  EXPECT_EQ(mp::unpickled<Proxy<Counted>>({travelling.bytes, {}}).count(), 1);
  object.reset();
  EXPECT_TRUE(tidy::eventually([&] {
    try {
      (void)mp::unpickled<Proxy<Counted>>({travelling.bytes, {}});
      return false;
    } catch (const mp::DecodeError&) {
      return true;
    }
  }));
}

// ---- what is waited for ----

TEST(ManagedLock, LetsOneInAtATime) {
  const Manager manager;
  const auto lock = manager.make_lock();
  const auto value = manager.make_value(0);
  Together workers{3, [&](int) {
                     for (int i = 0; i < 50; ++i) {
                       const std::scoped_lock held{lock};
                       value.store(value.load() + 1);
                     }
                   }};
  workers.expect_end();
  EXPECT_EQ(value.load(), 150);
}

TEST(ManagedLock, BelongsToTheThreadThatTookIt) {
  const Manager manager;
  const auto lock = manager.make_lock(), recursive = manager.make_rlock();
  lock.lock();
  EXPECT_THROW(lock.lock(), std::system_error);
  EXPECT_FALSE(lock.try_lock());
  std::jthread{[&] {
    EXPECT_FALSE(lock.try_lock_for(20ms));
    EXPECT_THROW(lock.unlock(), std::logic_error);
  }}.join();
  lock.unlock();
  EXPECT_THROW(lock.unlock(), std::logic_error);
  recursive.lock();
  EXPECT_TRUE(recursive.try_lock());
  recursive.unlock();
  std::jthread{[&] { EXPECT_FALSE(recursive.try_lock()); }}.join();
  recursive.unlock();
  std::jthread{[&] {
    EXPECT_TRUE(recursive.try_lock());
    recursive.unlock();
  }}.join();
}

TEST(ManagedLock, OfAThreadThatEndedSaysSo) {
  const Manager manager;
  const auto lock = manager.make_lock();
  std::jthread{[&] { lock.lock(); }}.join();
  EXPECT_THROW(lock.lock(), mp::OwnerDied);
  EXPECT_THROW(lock.try_lock(), mp::OwnerDied) << "for everybody, until";
  lock.recover([] {});
  lock.lock();
  lock.unlock();
}

TEST(ManagedLock, IsMendedByOneWhileTheOthersWait) {
  const Manager manager;
  const auto lock = manager.make_lock();
  const auto repairs = manager.make_value(0), inside = manager.make_value(0), most = manager.make_value(0);
  std::jthread{[&] { lock.lock(); }}.join();
  Together all{3, [&](int) {
                 for (;;) try {
                     return std::scoped_lock{lock}, void();
                   } catch (const mp::OwnerDied&) {
                     lock.recover([&] {
                       repairs.update([](int& n) { ++n; });
                       const int now = inside.update([](int& n) { return ++n; });
                       most.update([](int& n, int m) { n = std::max(n, m); }, now);
                       std::this_thread::sleep_for(20ms);  // so that the others would come, if they could
                       inside.update([](int& n) { --n; });
                     });
                   }
               }};
  all.expect_end();
  EXPECT_EQ(most.load(), 1);
  EXPECT_EQ(repairs.load(), 1) << "who comes later finds it mended";
  std::jthread{[&] { lock.lock(); }}.join();
  EXPECT_THROW(lock.recover([] { throw OwnError{"no"}; }), OwnError);
  EXPECT_THROW(lock.lock(), mp::OwnerDied) << "as before";
}

TEST(ManagedLock, HolderKilledAtAnyMoment) {
  const Manager manager;
  const auto lock = manager.make_lock();
  const auto counter = manager.make_value(0L);
  int died = 0;
  const auto use = [&] {  // whoever comes next is told, once
    try {
      const std::scoped_lock held{lock};
      counter.update([](long& n) { ++n; });
    } catch (const mp::OwnerDied&) {
      ++died;
      lock.recover([] {});
    }
  };
  std::mt19937 random{4};
  for (int round = 0; round < tidy::kill_rounds; ++round) {
    Process victim{[&] {
      for (;;) use();
    }};
    const long before = counter.load();
    victim.start();
    ASSERT_TRUE(tidy::eventually([&] { return counter.load() > before; })) << "round " << round;
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 500});
    victim.kill();
    expect_end(victim);
    use();
  }
  EXPECT_GT(died, 0) << "it was never killed with the lock in its hand: this test tests nothing";
}

TEST(ManagedLock, WaiterThatIsKilledDoesNotTakeIt) {
  const Manager manager;
  const auto lock = manager.make_lock();
  lock.lock();
  const auto comes = manager.make_event();
  Process waiter{[&] {
    comes.set();
    lock.lock();
  }};
  waiter.start();
  comes.wait();
  std::this_thread::sleep_for(20ms);  // most likely it waits by now; the test holds if it does not
  waiter.kill();
  expect_end(waiter);
  std::this_thread::sleep_for(300ms);  // the server looks after its clients ten times a second
  lock.unlock();
  EXPECT_TRUE(lock.try_lock_for(tidy::watchdog)) << "and no OwnerDied";
  lock.unlock();
}

TEST(ManagedSemaphore, HasSoManyUnits) {
  const Manager manager;
  const auto units = manager.make_semaphore(1);
  const auto bounded = manager.make_bounded_semaphore(1);
  units.acquire();
  EXPECT_FALSE(units.try_acquire());
  EXPECT_FALSE(units.try_acquire_for(5ms));
  Process other{[&] { units.release(); }};
  other.start();
  units.acquire();
  expect_end(other);
  units.release();
  EXPECT_THROW(bounded.release(), std::logic_error);
  EXPECT_THROW(manager.make_semaphore(-1), std::invalid_argument);
}

TEST(ManagedEvent, WakesAllWhoWait) {
  const Manager manager;
  const auto event = manager.make_event();
  EXPECT_FALSE(event.wait_for(5ms));
  Together waiters{3, [&](int) { event.wait(); }};
  event.set();
  waiters.expect_end();
  EXPECT_TRUE(event.is_set());
  event.clear();
  EXPECT_FALSE(event.is_set());
}

TEST(ManagedBarrier, LetsAllGoOrBreaks) {
  const Manager manager;
  const auto barrier = manager.make_barrier(3);
  const auto places = manager.make_list<int>();
  Together three{3, [&](int) { places.append(barrier.wait()); }};
  three.expect_end();
  places.sort();
  EXPECT_EQ(places.copy(), (std::vector{0, 1, 2}));
  EXPECT_THROW(barrier.wait_for(5ms), mp::BrokenBarrier);
  EXPECT_THROW(barrier.wait(), mp::BrokenBarrier);
  barrier.reset();
  Together again{3, [&](int) { barrier.wait(); }};
  again.expect_end();
}

TEST(ManagedCondition, WaitsUntilItIsTrue) {
  const Manager manager;
  const auto changed = manager.make_condition();
  const auto number = manager.make_value(0);
  {
    std::unique_lock held{changed};
    EXPECT_FALSE(changed.wait_for(10ms, [&] { return number.load() == 3; }));
  }
  Together waiters{2, [&](int) {
                     std::unique_lock held{changed};
                     changed.wait([&] { return number.load() == 3; });
                   }};
  for (int i = 1; i <= 3; ++i) {
    const std::scoped_lock held{changed};
    number.store(i);
    changed.notify_all();
  }
  waiters.expect_end();
}

TEST(ManagedCondition, WakesWhoWaitsWhenTheLockIsHeldForLong) {
  const Manager manager;
  const auto changed = manager.make_condition();
  const auto number = manager.make_value(0);
  const auto waits = manager.make_event();
  Together waiter{1, [&](int) {
                    std::unique_lock held{changed};
                    waits.set();
                    changed.wait([&] { return number.load() == 1; });
                  }};
  waits.wait();
  {
    const std::scoped_lock held{changed};
    std::this_thread::sleep_for(250ms);  // longer than the server waits between two looks
    number.store(1);
    changed.notify_all();
  }
  waiter.expect_end();
}

TEST(ManagedCondition, WaiterThatIsKilledHoldsNothing) {
  const Manager manager;
  const auto changed = manager.make_condition();
  const auto waits = manager.make_event();
  Process waiter{[&] {
    std::unique_lock held{changed};
    waits.set();
    changed.wait([] { return false; });
  }};
  waiter.start();
  waits.wait();
  changed.lock();  // it waits
  changed.unlock();
  waiter.kill();
  expect_end(waiter);
  for (int look = 0; look < 30; ++look, std::this_thread::sleep_for(10ms)) {
    ASSERT_TRUE(changed.try_lock_for(tidy::watchdog)) << "and no OwnerDied";
    changed.unlock();
  }
}

TEST(ManagedCondition, TellsWaitersThatAHolderDied) {
  const Manager manager;
  const auto changed = manager.make_condition();
  const auto waits = manager.make_event(), told = manager.make_event();
  Together waiter{1, [&](int) {
                    try {
                      std::unique_lock held{changed};
                      waits.set();
                      changed.wait([] { return false; });
                    } catch (const mp::OwnerDied&) {
                      told.set();
                    }
                  }};
  waits.wait();
  Process holder{[&] {
    changed.lock();
    std::raise(SIGKILL);
  }};
  holder.start();
  expect_end(holder);
  waiter.expect_end();
  EXPECT_TRUE(told.is_set());
  changed.recover([] {});
  EXPECT_TRUE(changed.try_lock());
  changed.unlock();
}

TEST(ManagedQueue, IsBoundedAndTellsWhenAllIsDone) {
  const Manager manager;
  const auto queue = manager.make_joinable_queue<std::string>(2);
  queue.put("a");
  EXPECT_TRUE(queue.try_put("b"));
  EXPECT_FALSE(queue.try_put("c"));
  EXPECT_FALSE(queue.try_put_for("c", 5ms));
  EXPECT_EQ(queue.size_hint(), 2);
  Process taker{[&] {
    for (int i = 0; i < 3; ++i) {
      queue.get();
      queue.task_done();
    }
  }};
  taker.start();
  queue.put("c");
  queue.join();
  expect_end(taker);
  EXPECT_EQ(queue.try_get(), std::nullopt);
  EXPECT_EQ(queue.try_get_for(5ms), std::nullopt);
  EXPECT_THROW(queue.task_done(), std::logic_error);
  EXPECT_TRUE(queue.try_join_for(5ms));
}

TEST(ManagedQueue, WaiterThatIsKilledTakesNothing) {
  const Manager manager;
  const auto queue = manager.make_queue<int>();
  const auto comes = manager.make_event();
  Process waiter{[&] {
    comes.set();
    queue.get();
  }};
  waiter.start();
  comes.wait();
  waiter.kill();
  expect_end(waiter);
  std::this_thread::sleep_for(300ms);  // the server looks after its clients ten times a second
  queue.put(7);
  EXPECT_EQ(queue.try_get_for(tidy::watchdog), 7);
}

TEST(ManagedQueue, KeepsNobodyElseWaiting) {
  const Manager manager;
  const auto queue = manager.make_queue<int>();
  const auto ages = manager.make_dict<std::string, int>();
  Together takers{3, [&](int) { queue.get(); }};
  ages.set("Ada", 36);
  EXPECT_EQ(ages.get("Ada"), 36) << "while others wait in the same server";
  for (int i = 0; i < 3; ++i) queue.put(i);
  takers.expect_end();
}

// ---- the server's life ----

TEST(Server, IgnoresCtrlC) {
  const Manager manager;
  const auto value = manager.make_value(1);
  ::kill(server_of(manager), SIGINT);
  EXPECT_EQ(value.load(), 1);
}

TEST(Server, KeepsNothingOpenOfItsParents) {
  auto ends = mp::one_way_pipe();
  const Manager first;
  const auto census = first.make<Census>();
  std::optional object{first.make<Counted>()};
  const Manager second;
  ends.second.close();
  EXPECT_THROW(ends.first.recv<int>(), mp::EndOfFile) << "no writing end is left";
  object.reset();
  EXPECT_TRUE(tidy::eventually([&] { return census.count() == 0; }));
}

TEST(Proxy, OfALineThatBrokeMakesAnother) {
  const Manager manager;
  const auto text = manager.make_value(std::string{"text"});
  const auto seen = tidy::in_child([&] {
    text.store(std::string(50'000'000, 'x'));
    rlimit memory{40'000'000, RLIM_INFINITY};
    ::setrlimit(RLIMIT_DATA, &memory);
    bool failed = false;
    try {
      (void)text.load();
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    memory.rlim_cur = RLIM_INFINITY;
    ::setrlimit(RLIMIT_DATA, &memory);
    text.store("text");
    return failed && text.load() == "text" ? 0 : 1;
  });
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they have memory of their own
  EXPECT_EQ(seen.code, 0) << "a call after one whose answer did not fit into memory";
#endif
}

TEST(Server, EndsWithItsManager) {
  std::optional<Manager> manager{std::in_place};
  const auto value = manager->make_value(1);
  const pid_t server = server_of(*manager);
  manager->shutdown();
  manager->shutdown();
  EXPECT_FALSE(tidy::runs(server));
  EXPECT_THROW(value.load(), std::runtime_error);
  std::jthread{[&] { EXPECT_THROW(value.load(), std::system_error) << "a new connection: nobody is there"; }}.join();
}

TEST(Server, EndsWithAManagersProcessThatIsKilled) {
  const mp::RawArray<std::atomic<int>> server{1};
  tidy::Background program{[&] {
    const Manager manager;
    server[0] = server_of(manager);
    mp::never_end();
    return 0;
  }};
  ASSERT_TRUE(tidy::eventually([&] { return server[0] != 0; }));
  program.signal(SIGKILL);
  program.wait();
  EXPECT_TRUE(tidy::orphans_end());
}

TEST(Server, ThatIsKilledEndsCallsWithAnError) {
  const Manager manager;
  const auto queue = manager.make_queue<int>();
  const pid_t server = server_of(manager);
  std::jthread killer{[&] {
    std::this_thread::sleep_for(20ms);
    ::kill(server, SIGKILL);
  }};
  EXPECT_THROW(queue.get(), std::runtime_error);
  EXPECT_THROW(queue.put(1), std::runtime_error);
}

TEST(Server, OutlivesAClientThatIsKilledInACallOfWhatIsItsAlone) {
  const Manager manager;
  const auto value = manager.make_value(1);
  const auto waits = manager.make_event();
  Process client{[&] {
    const auto mine = manager.make_queue<int>();
    waits.set();
    mine.get();
  }};
  client.start();
  waits.wait();
  std::this_thread::sleep_for(20ms);  // most likely it waits by now; the test holds if it does not
  client.kill();
  expect_end(client);
  for (int look = 0; look < 30; ++look, std::this_thread::sleep_for(10ms)) ASSERT_EQ(value.load(), 1);
}

TEST(Server, ThatIsKilledEndsNobodyWhoHoldsALock) {
  const auto seen = tidy::in_child([] {
    const Manager manager;
    const auto lock = manager.make_lock();
    const pid_t server = server_of(manager);
    {
      const std::scoped_lock held{lock};
      ::kill(server, SIGKILL);
      tidy::eventually([&] { return !tidy::runs(server); });
    }
    return 0;
  });
  EXPECT_EQ(seen.code, 0) << seen.errors;
}

TEST(Server, EndsWhereItsProgramHandlesSigterm) {
  const auto seen = tidy::in_child([] {
    std::signal(SIGTERM, [](int) {});
    Manager manager;
    manager.shutdown();
    return 0;
  });
  EXPECT_EQ(seen.code, 0);
}

TEST(Server, CannotBeStartedByADaemon) {
  const auto seen = tidy::in_child([] {
    Process daemon{{.daemon = true}, [] {
                     try {
                       const Manager manager;
                     } catch (const std::logic_error&) {
                       std::_Exit(7);
                     }
                   }};
    daemon.start();
    daemon.join();
    return daemon.exitcode() == 7 ? 0 : 1;
  });
  EXPECT_EQ(seen.code, 0);
}

TEST(Server, ServesNobodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  const Manager manager;
  const auto value = manager.make_value(1);
  const auto seen = tidy::in_child([&] {
    if (::setuid(65534) != 0) return 1;
    try {
      (void)value.load();
    } catch (const std::runtime_error&) {
      return 0;
    }
    return 2;
  });
  EXPECT_EQ(seen.code, 0);
  EXPECT_EQ(value.load(), 1);
}

// ---- nonsense ----

namespace {

mp::Descriptor dial(const Manager& manager) {
  mp::Descriptor socket{mp::check(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), "socket")};
  sockaddr_un at{.sun_family = AF_UNIX, .sun_path = {}};
  const auto n = manager.address().copy(at.sun_path + 1, sizeof at.sun_path - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + n);
  mp::check(::connect(socket.number(), reinterpret_cast<sockaddr*>(&at), size), "connect");
  return socket;
}

long pages_of(pid_t pid) {
  const std::string sizes = mp::read_text("/proc/" + std::to_string(pid) + "/statm").value_or("");
  return std::atol(sizes.substr(sizes.find(' ')).c_str());
}

long rounds() {
  const char* wanted = std::getenv("MUTATIONS");
  return wanted ? std::atol(wanted) : 5'000;
}

/// A request as it travels: a length, then a Message.
std::vector<std::byte> framed(const mp::Message& request) {
  const auto body = mp::pickled(request).bytes;
  mp::Encoder out;
  out.length(body.size());
  out.bytes(body);
  return out.take().bytes;
}

}  // namespace

TEST(Server, OutlivesNonsense) {
  const Manager manager;
  const auto value = manager.make_value(1);
  const std::string text = "GET / HTTP/1.0\r\n\r\n";
  for (int i = 0; i < 20; ++i) {
    const mp::Descriptor socket = dial(manager);
    ASSERT_EQ(::send(socket.number(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  mp::Connection link{dial(manager)};
  link.send(mp::Message{});
  EXPECT_EQ(value.load(), 1);
  const auto answer = link.recv<mp::Message>();
  EXPECT_EQ(answer.bytes.back(), std::byte{0}) << "an error";
  const auto ages = manager.make_dict<std::string, int>();
  link.send(mp::pack(mp::fn<set_age>, ages));
  EXPECT_EQ(link.recv<mp::Message>().bytes.back(), std::byte{1}) << "and the connection is as good as before";
}

TEST(Server, OutlivesRequestsThatLie) {
  const Manager manager;
  const auto ages = manager.make_dict<std::string, int>();
  const auto array = manager.make_array<std::string>(10);
  const auto queue = manager.make_queue<int>();
  const pid_t server = server_of(manager);
  const auto request = []<class T>(const Proxy<T>& proxy, auto f, auto... args) {
    const auto id = mp::unpickled<std::pair<std::string, mp::ObjectId>>({mp::pickled(proxy).bytes, {}}).second;
    return framed(mp::pack(mp::On<T, decltype(f)>{}, mp::Target<T>{id}, args...));
  };
  using Queue = mp::ThreadQueue<int>;
  const std::vector<std::vector<std::byte>> good{
      request(
          ages, [](auto& all, std::string key) { return all.contains(key); }, std::string{"Ada"}),
      request(
          array, [](auto& all, long i, std::string text) { all.set(i, std::move(text)); }, 3L, std::string{"new"}),
      request(
          array, [](auto& all, long i, long j) { return all.slice(i, j); }, 1L, 5L),
      request(queue, mp::fn<&Queue::try_get_for>, mp::Seconds{0}),
      framed(mp::pack(mp::Make<mp::List<int>>{}, std::vector<int>{1, 2, 3})),
  };
  std::mt19937 random{5};
  [[maybe_unused]] long pages = 0;
  for (long round = 0; round < rounds(); ++round) {
    if (round == 500) pages = pages_of(server);
    const mp::Descriptor socket = dial(manager);
    for (auto n = 1 + random() % 3; n > 0; --n) {
      auto bytes = good[random() % good.size()];
      for (auto changes = random() % 4; changes > 0; --changes) {
        const auto at = random() % bytes.size();
        if (random() % 8 == 0) bytes.resize(at + 1);
        bytes[at % bytes.size()] = random() % 3 ? static_cast<std::byte>(random()) : std::byte{0xFF};
      }
      (void)::send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
  }
  ages.set("Ada", 36);
  EXPECT_EQ(ages.get("Ada"), 36) << "the server is alive";
  EXPECT_EQ(server_of(manager), server);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they keep memory back, and book
  EXPECT_LE(pages_of(server), pages + 2'000) << "pages of memory before and after";
#endif
}
