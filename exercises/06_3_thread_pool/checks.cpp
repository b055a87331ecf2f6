// The checks of exercise 06_3. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "06_executor/future.hpp"
#include "exercises/grader/asked.hpp"

// The submission's.
using Task = std::function<int()>;
struct TaskPool {
  virtual ~TaskPool() = default;
  virtual std::future<int> submit(Task task) = 0;
  virtual void shutdown(bool wait, bool cancel) = 0;
};
std::unique_ptr<TaskPool> make_pool(int workers);

namespace {

using grader::becomes;
using grader::give_up;
using grader::number;
using Words = std::vector<std::string>;
using Futures = std::vector<std::future<int>>;

// ---- threads ----

thread_local bool is_ours = false, starts_our_own = false;
const bool main_is_ours = is_ours = true;
std::atomic<int> started = 0;  // by the pools

std::atomic<bool> wait_armed = false, wake_armed = false;
std::function<void()> before_wait = nullptr;  // once, in a pool's thread that is about to wait for a condition
std::atomic<int> woken_may_go = 0;

std::thread own_thread(std::function<void()> body) {
  starts_our_own = true;
  std::thread thread{[body = std::move(body)] {
    is_ours = true;
    body();
  }};
  starts_our_own = false;
  return thread;
}

/// The error being handled, as a word or two.
std::string error_text() try { throw; } catch (const mp::CancelledError&) {
  return "CancelledError";
} catch (const mp::WouldDeadlock&) {
  return "WouldDeadlock";
} catch (const std::out_of_range& error) {
  return std::string{"out_of_range "} + error.what();
} catch (const std::overflow_error& error) {
  return std::string{"overflow_error "} + error.what();
} catch (const std::exception& error) {
  return std::string{"another error, "} + error.what();
} catch (int thrown) {
  return "the int " + std::to_string(thrown);
} catch (...) {
  return "something else";
}

/// A call in a thread of its own, for it may wait. It may also throw.
struct Asked : grader::Asked {
  explicit Asked(std::function<std::string()> call)
      : grader::Asked{[call = std::move(call)] { return tried(call); }, own_thread} {}

 private:
  static std::string tried(const std::function<std::string()>& call) try { return call(); } catch (...) {
    return error_text();
  }
};

/// How many threads there are besides this one, and does none of them run or wish to?
std::pair<int, bool> others() {
  const auto me = std::to_string(::gettid());
  int n = 0, resting = 0;
  std::error_code gone;
  for (std::filesystem::directory_iterator each{"/proc/self/task", gone}, end; !gone && each != end;
       each.increment(gone)) {
    if (each->path().filename() == me) continue;
    ++n;
    resting += std::string_view{"SZX"}.find(grader::state_in(each->path())) != std::string::npos ? 1 : 0;
  }
  return {n, n == resting};
}
bool others_rest() { return others().second; }

/// Until the workers have found that there is nothing to do; whether they then sleep.
bool settles() {
  int looks = 20;
  return becomes([&] { return (looks = others_rest() ? looks - 1 : 20) == 0; });
}
void settle() {
  if (!settles()) give_up("a worker that has nothing to do keeps a processor busy: let it sleep");
}

// ---- tasks ----

/// Tasks that have begun, and go on when they are let.
class Held {
 public:
  Task task(int result) {
    return [this, result] {
      ++begun_;
      is_open_.wait(0);
      return result;
    };
  }
  int begun() const { return begun_; }
  void wait_for(int wanted, const std::string& otherwise) const {
    if (!becomes([&] { return begun_ >= wanted; }))
      give_up(otherwise + "\n(" + std::to_string(begun_) + " of " + std::to_string(wanted) + " began within 2 s)");
  }
  /// The chance, without which it goes on as well.
  void let_begin(int wanted) const {
    grader::let_them_try(
        others_rest, [&] { return begun_ >= wanted; }, 50);
  }
  void open() {
    is_open_ = 1;
    is_open_.notify_all();
  }

 private:
  std::atomic<int> begun_ = 0, is_open_ = 0;
};

/// What came of it: a number, or an error.
std::string told(std::future<int>& future, int seconds = 2) try {
  if (!future.valid()) return "a future of nothing";
  if (future.wait_for(std::chrono::seconds{seconds}) != std::future_status::ready) return "nothing within 2 s";
  return std::to_string(future.get());
} catch (...) {
  return error_text();
}
/// If nothing comes of one, the others are not waited for any more.
Words told(Futures& futures) {
  Words all;
  for (auto& future : futures) all.push_back(told(future, all.empty() || !all.back().starts_with("nothing") ? 2 : 0));
  return all;
}

constexpr auto must_begin = "a task was submitted, a worker had nothing to do, and the task did not begin";

std::future<int> given(TaskPool& pool, Task task) {
  std::future<int> future;
  const Asked asked{[&] { return future = pool.submit(std::move(task)), std::string{}; }};
  const auto& error = asked.said("submit did not return within 2 s. Does it wait for a lock that is held meanwhile?");
  if (!error.empty()) give_up("submit threw where it should not: " + error);
  return future;
}

std::string shut(TaskPool& pool, bool wait, bool cancel) { return pool.shutdown(wait, cancel), ""; }

/// Does it refuse a task, as it should once it is shut down?
std::string refusal_here(TaskPool& pool) try {
  return (void)pool.submit([] { return 0; }), "took the task";
} catch (const std::logic_error&) {
  return "logic_error";
}
std::string refusal(TaskPool& pool) {
  const Asked asked{[&] { return refusal_here(pool); }};
  return asked.said("submit, after shutdown, did not return within 2 s. Does somebody hold its lock and wait?");
}

/// The scenario is over, and all tasks are done. How a pool goes is looked at elsewhere.
void leave(std::unique_ptr<TaskPool>& pool) { (void)pool.release(); }

/// The pool goes, and its threads.
void end(std::unique_ptr<TaskPool>& pool) {
  (void)settles();
  {
    const Asked asked{[&] { return pool.reset(), std::string{}; }};
    (void)asked.said("all tasks were done, and the destructor of your pool did not return within 2 s");
  }
  if (!becomes([] { return others().first == 0; })) give_up("your pool was gone, and threads of it were still there");
}

/// So many tasks at the same time, if that can be.
void all_at_once(TaskPool& pool, int n) {
  Held held;
  Futures futures;
  for (int i = 0; i < n; ++i) futures.push_back(given(pool, held.task(i)));
  held.let_begin(n);
  held.open();
  (void)told(futures);
}

/// Two, of which a sleeping worker has the first, and is slow to wake.
void two_in_a_row(TaskPool& pool, Held& held, Futures& futures) {
  wake_armed = true;
  for (int i = 0; i < 2; ++i) futures.push_back(given(pool, held.task(i)));
  wake_armed = false;
  woken_may_go = 1;
  woken_may_go.notify_all();
}

/// Calls it when the only worker of the pool has seen that there is nothing to do, and is about to sleep.
void call_just_then(TaskPool& pool, const std::function<std::string()>& call, const std::string& otherwise) {
  Held held;
  std::atomic<bool> about_to_wait = false, is_past = false;
  std::atomic<const Asked*> caller = nullptr;
  before_wait = [&] {
    about_to_wait = true;
    grader::let_them_try([&] { return caller != nullptr && caller.load()->rests(); },
                         [&] { return caller != nullptr && caller.load()->is_back(); });
    is_past = true;
  };
  auto first = given(pool, held.task(1));
  held.wait_for(1, must_begin);
  wait_armed = true;
  held.open();
  (void)told(first);
  grader::let_them_try(others_rest, [&] { return about_to_wait.load(); });
  const Asked asked{call};
  caller = &asked;
  (void)asked.said(otherwise);
  if (!wait_armed.exchange(false)) (void)becomes([&] { return is_past.load(); });  // it uses what goes now
}

}  // namespace

/// The C library's, and something may happen before or after them.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                              void* argument) noexcept {
  static const auto original =
      grader::original<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
  if (!starts_our_own) ++started;
  return original(thread, attributes, body, argument);
}
extern "C" int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  static const auto original = grader::original<int(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
  if (!is_ours && wait_armed.exchange(false)) before_wait();
  const int code = original(condition, mutex);
  if (!is_ours && wake_armed.exchange(false)) {  // it was woken, and others get the mutex first
    ::pthread_mutex_unlock(mutex);
    woken_may_go.wait(0);
    ::pthread_mutex_lock(mutex);
  }
  return code;
}

/// So many workers do so many tasks.
SCENARIO(results) {
  Held held;
  auto pool = make_pool(number(1));
  std::mutex mutex;
  std::vector<int> order;
  Futures futures;
  auto first = given(*pool, held.task(0));
  held.wait_for(1, must_begin);
  for (int i = 0; i < number(2); ++i)
    futures.push_back(given(*pool, [&, i] {
      const std::scoped_lock lock{mutex};
      order.push_back(i);
      return 3 * i + number(0);
    }));
  held.open();
  (void)told(first);
  grader::report("results", told(futures));
  grader::report("order", order);
  leave(pool);
}

/// A task comes when the worker has seen that there is none, and is about to sleep.
SCENARIO(just_then) {
  auto pool = make_pool(1);
  std::future<int> second;
  call_just_then(
      *pool, [&] { return second = pool->submit([] { return number(0); }), std::string{}; },
      "submit did not return within 2 s");
  if (const auto came = told(second); came != grader::argument(0))
    give_up(
        "a worker saw that no task was there; before it slept, submit came, and the worker slept on for ever: " + came +
        ".\nThe worker must look and go to sleep under one mutex, the one that submit holds when it adds a task");
  leave(pool);
}

/// As many tasks as there are workers wait for each other, and there are more.
SCENARIO(together) {
  const int workers = number(0);
  Held held;
  auto pool = make_pool(workers);
  Futures futures;
  for (int i = 0; i < workers; ++i) futures.push_back(given(*pool, held.task(i)));
  held.wait_for(workers, "a pool of " + std::to_string(workers) + " workers was given as many tasks, which wait for " +
                             "each other, and some never began.\nAre too few threads started, or do tasks wait for " +
                             "a lock that another task holds while it runs?");
  for (int i = 0; i < 2; ++i) futures.push_back(given(*pool, held.task(workers + i)));
  grader::let_them_try(others_rest, [&] { return held.begun() > workers; });
  if (held.begun() > workers)
    give_up("a pool of " + std::to_string(workers) + " workers ran " + std::to_string(held.begun()) +
            " tasks at the same time");
  held.open();
  grader::report("results", told(futures));
  leave(pool);
}

/// One of two workers sleeps, and is slow to wake; two tasks come, which wait for each other.
SCENARIO(slow_to_wake) {
  Held held;
  auto pool = make_pool(2);
  auto first = given(*pool, [] { return 1; });
  (void)told(first);
  (void)settles();
  Futures futures;
  two_in_a_row(*pool, held, futures);
  held.wait_for(2,
                "one of two workers slept, and two tasks came, one straight after the other. One thread was left to "
                "make both, though there could be two: a worker that was woken and has not taken its task yet is no "
                "longer idle. Count the tasks that wait, too");
  held.open();
  (void)told(futures);
  leave(pool);
}

/// How many threads had been started when.
SCENARIO(on_demand) {
  auto pool = make_pool(3);
  grader::report("made", started.load());
  for (int i = 0; i < 6; ++i) {
    auto future = given(*pool, [i] { return i; });
    (void)told(future);
    settle();
    if (i == 0) grader::report("first", started.load());
  }
  grader::report("one_by_one", started.load());
  Held held;
  Futures futures;
  two_in_a_row(*pool, held, futures);
  held.let_begin(2);
  held.open();
  (void)told(futures);
  settle();
  grader::report("two", started.load());
  all_at_once(*pool, 2);
  settle();
  grader::report("two_again", started.load());
  all_at_once(*pool, 6);
  grader::report("six", started.load());
  leave(pool);
}

/// More tasks throw than there are workers.
SCENARIO(errors) {
  auto pool = make_pool(2);
  const auto salt = grader::argument(0);
  Futures futures;
  for (int i = 0; i < 8; ++i)
    futures.push_back(given(*pool, [i, salt]() -> int {
      if (i % 4 == 0) throw std::out_of_range{salt};
      if (i % 4 == 1) throw std::overflow_error{salt};
      if (i % 4 == 2) throw std::stoi(salt);
      return std::stoi(salt) + i;
    }));
  grader::report("said", told(futures));
  leave(pool);
}

/// Two tasks run and three wait; then shutdown(false), shutdown(true) or the destructor is called.
SCENARIO(finish) {
  const bool waits = number(0) != 0, destructor = number(0) == 2;
  const std::string call = destructor ? "the destructor" : waits ? "shutdown with wait" : "shutdown without wait";
  Held held, later;
  auto pool = make_pool(2);
  Futures futures;
  for (int i = 0; i < 5; ++i) futures.push_back(given(*pool, (i < 2 ? held : later).task(number(1) + i)));
  held.let_begin(2);
  {
    const Asked closer{[&] { return destructor ? (pool.reset(), "") : shut(*pool, waits, false); }};
    if (waits)
      closer.must_wait(call + " returned while tasks were running");
    else
      (void)closer.said(call + " did not return within 2 s while tasks were running: it must wait for none");
    if (!waits) grader::report("refusal", refusal(*pool));
    held.open();
    later.wait_for(1, "tasks were waiting when " + call + " was called, not to cancel them, and they never began.\n" +
                          "Do workers go home too early, or wait for a lock that shutdown holds?");
    if (waits) closer.must_wait(call + " returned while tasks that had been waiting were running");
    later.open();
    grader::report("results", told(futures));
    (void)closer.said("all tasks were done, and " + call + " did not return within 2 s. Does it hold a lock that the " +
                      "workers need to come to their end?");
  }
  end(pool);
}

/// All workers sleep.
SCENARIO(all_asleep) {
  auto pool = make_pool(3);
  all_at_once(*pool, 3);
  (void)settles();
  {
    const Asked closer{[&] { return shut(*pool, true, false); }};
    (void)closer.said(
        "three workers slept, and shutdown with wait did not return within 2 s. Each of them has to wake and go home, "
        "and needs its lock for that");
  }
  grader::report("refusal", refusal(*pool));
  end(pool);
}

/// Shut down when the worker has seen that there is nothing to do, and is about to sleep.
SCENARIO(just_then_shut) {
  auto pool = make_pool(1);
  call_just_then(
      *pool, [&] { return shut(*pool, true, false); },
      "a worker saw that the pool was not shut down; before it slept, shutdown came, and the worker slept on for "
      "ever. Change what it looks at only under the mutex with which it waits; an atomic alone will not do");
  end(pool);
}

/// Nothing was ever to be done.
SCENARIO(never_used) {
  for (const bool cancel : {false, true}) {
    auto pool = make_pool(2);
    {
      const Asked closer{[&] { return shut(*pool, true, cancel); }};
      (void)closer.said("a pool without tasks was shut down, and that did not return within 2 s");
    }
    end(pool);
  }
}

/// One task runs and four wait, and are cancelled.
SCENARIO(cancel) {
  const bool waits = number(0) != 0;
  Held held, never;
  auto pool = make_pool(1);
  auto running = given(*pool, held.task(number(1)));
  Futures waiting;
  held.wait_for(1, must_begin);
  for (int i = 0; i < 4; ++i) waiting.push_back(given(*pool, never.task(i)));
  never.open();
  never.let_begin(1);
  {
    const Asked closer{[&] { return shut(*pool, waits, true); }};
    grader::report("waiting", told(waiting));
    if (waits)
      closer.must_wait("shutdown with wait and cancel returned while a task was running");
    else
      (void)closer.said("shutdown without wait did not return within 2 s while a task was running");
    grader::report("refusal", refusal(*pool));
    held.open();
    grader::report("running", told(running));
    (void)closer.said("the task that ran was done, and shutdown with wait and cancel did not return within 2 s");
  }
  grader::report("begun", never.begun());
  leave(pool);
}

/// Several threads shut it down: two wait, one does not, and one cancels.
SCENARIO(twice) {
  Held held;
  auto pool = make_pool(1);
  Futures futures;
  for (int i = 0; i < 2; ++i) {
    futures.push_back(given(*pool, held.task(number(0))));
    if (i == 0) held.wait_for(1, must_begin);
  }
  held.let_begin(2);
  const auto early = "shutdown with wait, called by a second thread while the first was still waiting, did not wait";
  const auto at_once = [&](bool cancel) {
    const Asked asked{[&] { return shut(*pool, false, cancel); }};
    return asked.said("shutdown without wait did not return within 2 s, because another thread waited in shutdown");
  };
  Words said;
  {
    const Asked first{[&] { return shut(*pool, true, false); }};
    first.must_wait("shutdown with wait returned while a task was running");
    const Asked second{[&] { return shut(*pool, true, false); }};
    second.must_wait(early);
    said.push_back(at_once(false));
    grader::report("refusal", refusal(*pool));
    said.push_back(at_once(true));
    grader::report("cancelled", told(futures[1]));
    held.open();
    grader::report("running", told(futures[0]));
    for (const Asked* each : {&first, &second})
      said.push_back(each->said(
          "all was done, and one of two threads in shutdown with wait did not return within 2 s: only one may join "
          "a thread, and the other has to wait for it in another way"));
  }
  const Asked again{[&] { return shut(*pool, true, true); }};
  said.push_back(again.said("shutdown with wait, called again when all was over, did not return within 2 s"));
  grader::report("said", said);
  end(pool);
}

/// A worker has been woken for the only task, and is not there yet. One thread waits in shutdown, and another cancels.
SCENARIO(cancelled_in_between) {
  auto pool = make_pool(1);
  auto first = given(*pool, [] { return 1; });
  (void)told(first);
  (void)settles();
  wake_armed = true;
  auto second = given(*pool, [] { return 2; });
  (void)becomes([] { return !wake_armed; });
  {
    const Asked waits{[&] { return shut(*pool, true, false); }};
    waits.let_try();
    const Asked cancels{[&] { return shut(*pool, false, true); }};
    (void)cancels.said("shutdown without wait did not return within 2 s, because another thread waited in shutdown");
    woken_may_go = 1;
    woken_may_go.notify_all();
    (void)waits.said(
        "one thread waited in shutdown, and another cancelled the only task, for which a worker had just been woken: "
        "the first did not return within 2 s. Who takes the last task out has to tell those who wait for the end");
  }
  end(pool);
}

/// A task submits another.
SCENARIO(submits_within) {
  auto pool = make_pool(1);
  std::future<int> inner;
  auto outer = given(*pool, [&] { return inner = pool->submit([] { return number(0) + 1; }), number(0); });
  if (told(outer) == "nothing within 2 s")
    give_up(
        "a task called submit, and that did not return within 2 s. Does it wait for a lock that is held while the "
        "task runs?");
  grader::report("said", told(inner));
  leave(pool);
}

/// A task shuts down its own pool, with or without wait, while others run and wait.
SCENARIO(shuts_within) {
  const bool waits = number(0) != 0, cancel = number(1) != 0;
  Held held;
  auto pool = make_pool(2);
  std::string said;
  auto running = given(*pool, held.task(1));
  held.wait_for(1, must_begin);
  Held first;
  auto task = given(*pool, [&, begin = first.task(0)] {
    (void)begin();
    try {
      said = shut(*pool, waits, cancel);
    } catch (...) {
      said = error_text();
    }
    return 2;
  });
  auto waiting = given(*pool, [] { return 3; });
  first.let_begin(1);
  if (first.begun() == 0) held.open();
  first.open();
  if (told(task).starts_with("nothing"))
    give_up(waits ? "a task called shutdown with wait, for the pool that makes it: that neither returned nor threw"
                  : "a task called shutdown without wait, and that did not return within 2 s");
  held.open();
  grader::report("said", said);
  grader::report("others", Words{told(running), waits || cancel ? "3" : told(waiting)});
  leave(pool);
}

/// A task shuts down another pool, and waits.
SCENARIO(shuts_other) {
  auto one = make_pool(1), other = make_pool(1);
  auto done = given(*other, [] { return number(0); });
  const auto came = told(done);
  (void)settles();
  std::string said;
  auto task = given(*one, [&] {
    try {
      said = shut(*other, true, false);
    } catch (...) {
      said = error_text();
    }
    return 1;
  });
  grader::report("said", Words{told(task), said, came});
  leave(one), leave(other);
}

/// What a task has captured calls the pool as it goes: when the task is done, or cancelled.
SCENARIO(calls_as_it_goes) {
  Held held;
  std::atomic<int> gone = 0;
  auto pool = make_pool(1);
  TaskPool* const here = pool.get();
  const auto with_guard = [&](int result) -> Task {
    const std::shared_ptr<int> guard{new int{result}, [&gone, here](const int* memory) {
                                       (void)refusal_here(*here);
                                       ++gone, delete memory;
                                     }};
    return [guard] { return *guard; };
  };
  Futures futures;
  auto first = given(*pool, with_guard(1));
  (void)told(first);  // a packaged_task leaves what it calls to its future
  (void)settles();
  if (gone != 1 && others_rest())
    give_up(
        "a task was done, its worker had nothing else to do, and what the task had captured was still there. Let go of "
        "a task when it is done, not when the next one comes");
  futures.push_back(given(*pool, held.task(2)));
  held.wait_for(1,
                "what a task had captured called submit as it went, when the task was done, and since then the "
                "worker hangs. Let go of a task without holding the lock");
  futures.push_back(given(*pool, with_guard(3)));
  {
    const Asked closer{[&] { return shut(*pool, false, true); }};
    grader::let_them_try([&] { return closer.rests(); }, [&] { return closer.is_back(); });
    held.open();
    (void)closer.said(
        "what a task had captured called submit as it went, when the task was cancelled, and since then shutdown "
        "hangs. Let go of a task without holding the lock");
  }
  (void)told(futures);
  grader::report("gone", becomes([&] { return gone == 2; }));
  leave(pool);
}

#else

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "exercises/grader/judge.hpp"

using grader::submission;
using grader::varied;
using grader::went_well;
using Words = std::vector<std::string>;

namespace {

Words numbers(int first, int n) {
  Words all;
  for (int i = 0; i < n; ++i) all.push_back(std::to_string(first + i));
  return all;
}

/// Of eight tasks, of which every fourth throws nothing.
Words errors_of(int salt) {
  Words all;
  for (int i = 0; i < 8; ++i)
    all.push_back(i % 4 == 3 ? std::to_string(salt + i)
                             : fmt::format("{} {}",
                                           std::array{"out_of_range", "overflow_error",
                                                      "the int"}[static_cast<std::size_t>(i) % 4],
                                           salt));
  return all;
}

}  // namespace

CHECK(results, 10, "each future gets what its task returns; tasks begin in order, and none is missed") {
  for (const auto& [workers, n] : {std::pair{1, 7}, {grader::worker_counts().back(), varied(15, 40)}, {3, 1}}) {
    const int salt = varied(100, 900);
    const auto run = grader::shaken("results", {std::to_string(salt), std::to_string(workers), std::to_string(n)});
    ASSERT_TRUE(went_well(run)) << n << " tasks in a pool of " << workers;
    Words due;
    std::vector<int> in_order;
    for (int i = 0; i < n; ++i) due.push_back(std::to_string(3 * i + salt)), in_order.push_back(i);
    ASSERT_EQ(run.value<Words>("results"), due)
        << "what the futures of " << n << " tasks said, " << workers << " workers";
    auto order = run.value<std::vector<int>>("order");
    if (workers > 1) std::sort(order.begin(), order.end());
    ASSERT_EQ(order, in_order) << (workers > 1 ? "which tasks were made, sorted: each once"
                                               : "the order in which one worker made the tasks");
  }
  ASSERT_TRUE(went_well(submission("just_then", {"11"})));
  ASSERT_TRUE(grader::no_data_race("results", {"104", "4", "20"}));
}

CHECK(together, 15, "as many tasks run at the same time as there are workers, and no more; submit waits for none") {
  for (const int workers : grader::worker_counts()) {
    const auto run = submission("together", {std::to_string(workers)});
    ASSERT_TRUE(went_well(run));
    ASSERT_EQ(run.value<Words>("results"), numbers(0, workers + 2)) << "what the futures said";
  }
  ASSERT_TRUE(went_well(submission("slow_to_wake")));
}

CHECK(on_demand, 15, "a thread is started when a task needs one; a worker that sleeps is used first") {
  const auto run = submission("on_demand");
  ASSERT_TRUE(went_well(run)) << "tasks came to a pool of three, sometimes one, sometimes more";
  const auto threads = [&](const char* when) { return run.value<int>(when); };
  ASSERT_EQ(threads("made"), 0) << "threads that were started when the pool was made, before there was a task";
  ASSERT_EQ(threads("first"), 1) << "threads that were started for the first task";
  ASSERT_EQ(threads("one_by_one"), 1)
      << "threads that were ever started for six tasks, each submitted when the one before it was done and all slept:\n"
      << "start none while a worker has nothing to do";
  ASSERT_EQ(threads("two"), 2) << "threads that were ever started when two tasks had run at the same time";
  ASSERT_EQ(threads("two_again"), 2) << "threads that were ever started when two had run at the same time once more";
  ASSERT_EQ(threads("six"), 3) << "threads that were ever started when a pool of three had six tasks at once";
}

CHECK(errors, 10, "what a task throws comes out of its future, as what it was, and harms nobody else") {
  const int salt = varied(10, 900);
  const auto run = submission("errors", {std::to_string(salt)});
  ASSERT_TRUE(went_well(run))
      << "8 tasks, 6 of them threw. What leaves the function of a thread ends the whole program; and a worker whose "
      << "task has thrown goes on with the next";
  ASSERT_EQ(run.value<Words>("said"), errors_of(salt)) << "what the futures of 8 tasks said, 6 of which threw";
}

CHECK(finish, 20, "shut down, it takes no more tasks, but does those that it has; to wait is to wait for all of them") {
  for (const char* how : {"0", "1", "2"}) {
    const int first = varied(10, 900);
    const auto run = submission("finish", {how, std::to_string(first)});
    ASSERT_TRUE(went_well(run));
    ASSERT_EQ(run.value<Words>("results"), numbers(first, 5))
        << "what the futures said: 2 tasks ran and 3 waited when the pool was shut down, not to cancel them";
    if (*how == '0') {
      ASSERT_EQ(run.value<std::string>("refusal"), "logic_error") << "what submit did after shutdown";
    }
  }
  const auto run = submission("all_asleep");
  ASSERT_TRUE(went_well(run));
  ASSERT_EQ(run.value<std::string>("refusal"), "logic_error") << "what submit did after shutdown";
  ASSERT_TRUE(went_well(submission("just_then_shut")));
  ASSERT_TRUE(went_well(submission("never_used")));
}

CHECK(cancel, 15, "with `cancel`, what has not begun never does, and whoever waits for it is told at once") {
  for (const char* waits : {"0", "1"}) {
    const auto run = submission("cancel", {waits, "30"});
    ASSERT_TRUE(went_well(run)) << "a task ran and 4 waited, which were cancelled";
    ASSERT_EQ(run.value<Words>("waiting"), Words(4, "CancelledError"))
        << "what the futures of 4 waiting tasks said when they were cancelled, while another was still running";
    ASSERT_EQ(run.value<std::string>("running"), "30")
        << "what the future of a task said that ran when the others were cancelled: it goes on to its end";
    ASSERT_EQ(run.value<int>("begun"), 0) << "cancelled tasks that began after all";
    ASSERT_EQ(run.value<std::string>("refusal"), "logic_error") << "what submit did after shutdown";
  }
}

CHECK(twice, 5, "shutdown may be called again, and by several threads at once, each in its own way") {
  const auto run = submission("twice", {"40"});
  ASSERT_TRUE(went_well(run));
  ASSERT_EQ(run.value<std::string>("refusal"), "logic_error") << "what submit did after shutdown";
  ASSERT_EQ(run.value<std::string>("cancelled"), "CancelledError")
      << "what the future of a waiting task said: two threads waited in shutdown, and a third cancelled";
  ASSERT_EQ(run.value<std::string>("running"), "40") << "what the future of the running task said";
  ASSERT_EQ(run.value<Words>("said"), Words(5, "")) << "what five calls of shutdown threw";
  ASSERT_TRUE(went_well(submission("cancelled_in_between")));
}

CHECK(inside, 10, "tasks may submit and shut down; one that would wait for itself is told so") {
  const auto submits = submission("submits_within", {"50"});
  ASSERT_TRUE(went_well(submits)) << "a task submitted another";
  ASSERT_EQ(submits.value<std::string>("said"), "51") << "what came of a task that another task had submitted";
  for (const char* waits : {"1", "0"})
    for (const char* cancel : {"0", "1"}) {
      const auto run = submission("shuts_within", {waits, cancel});
      ASSERT_TRUE(went_well(run)) << "a task shut down its own pool";
      ASSERT_EQ(run.value<std::string>("said"), *waits == '1' ? "WouldDeadlock" : "")
          << "what shutdown threw, called " << (*waits == '1' ? "with" : "without") << " wait by a task of the pool";
      ASSERT_EQ(run.value<Words>("others"), (Words{"1", "3"})) << "what came of the other tasks of that pool";
    }
  const auto other = submission("shuts_other", {"52"});
  ASSERT_TRUE(went_well(other)) << "a task shut down another pool";
  ASSERT_EQ(other.value<Words>("said"), (Words{"1", "", "52"}))
      << "what came of a task that shut down another pool with wait, what that threw, and of the other pool's task";
  const auto goes = submission("calls_as_it_goes");
  ASSERT_TRUE(went_well(goes));
  ASSERT_TRUE(goes.value<bool>("gone"))
      << "what tasks have captured is let go of: of one that is done, of one that is cancelled";
}
#endif
