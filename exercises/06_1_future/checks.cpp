// The checks of exercise 06_1. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>

#include "exercises/grader/asked.hpp"

// The submission's.
struct Cancelled : std::runtime_error {
  Cancelled() : runtime_error{"the task was cancelled before it began"} {}
};
struct TimedOut : std::runtime_error {
  TimedOut() : runtime_error{"the future is not done yet"} {}
};
struct Future {
  using Callback = std::function<void(Future& done)>;
  virtual ~Future() = default;
  virtual bool begin() = 0;
  virtual void set_result(std::string text) = 0;
  virtual void set_exception(std::exception_ptr error) = 0;
  virtual std::string result() = 0;
  virtual std::string result_for(std::chrono::milliseconds limit) = 0;
  virtual std::exception_ptr exception() = 0;
  virtual bool cancel() = 0;
  virtual bool cancelled() = 0;
  virtual bool running() = 0;
  virtual bool done() = 0;
  virtual void add_done_callback(Callback callback) = 0;
};
std::shared_ptr<Future> make_future();

namespace {

using grader::argument;
using grader::becomes;
using grader::give_up;
using grader::let_them_try;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

// ---- what may happen where a thread locks, waits, sleeps, or asks for the time ----

struct Trap {
  int locks = 0;                           // at the lock with that number it springs
  bool at_wait = false;                    // or when it is about to wait
  std::function<void()> spring = nullptr;  // once

  void meets(bool it) {
    if (it && spring) std::exchange(spring, nullptr)();
  }
};
thread_local Trap trap;
thread_local int wakes_for_nothing = 0;  // so often a wait ends though nobody has notified
thread_local bool must_sleep = false;    // until it is woken, without looking up in between

/// A thread's own time. It passes while the thread waits, and each second wakes it for nothing.
struct Time {
  static constexpr auto start = 1'000'000s;
  std::chrono::nanoseconds now = start;
  int waits = 0, looks = 0;
  std::function<void(int)> during_wait = nullptr;  // when it waits for the n-th time
};
thread_local Time* own_time = nullptr;

constexpr auto polls =
    "whoever waits for the future looks up again and again: let it sleep until it is notified, and notify it";

std::chrono::nanoseconds to_nanoseconds(const timespec& time) {
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

std::chrono::nanoseconds real_now(clockid_t clock) {
  timespec now{};
  ::syscall(SYS_clock_gettime, clock, &now);
  return to_nanoseconds(now);
}

int wait_in_own_time(Time& time, pthread_mutex_t* mutex, std::chrono::nanoseconds end) {
  if (++time.waits > 20)
    give_up(
        "result_for(3.5 s) was woken for nothing each second, and went on after 20 seconds. A time limit counts from "
        "the call, not from the last wake: compute when it ends, once, and wait until then");
  ::pthread_mutex_unlock(mutex);
  if (time.during_wait) time.during_wait(time.waits);
  time.now = std::max(time.now, std::min(end, time.now + 1s));
  ::pthread_mutex_lock(mutex);
  return time.now >= end ? ETIMEDOUT : 0;
}

int wait_until(clockid_t clock, pthread_mutex_t* mutex, const timespec* end, const std::function<int()>& original) {
  trap.meets(trap.at_wait);
  if (own_time != nullptr) return wait_in_own_time(*own_time, mutex, to_nanoseconds(*end));
  if (must_sleep && to_nanoseconds(*end) < real_now(clock) + 60s) give_up(polls);
  return original();
}

int nap(const std::function<int()>& original) {
  if (must_sleep || own_time != nullptr) give_up(polls);
  return original();
}

// ---- who calls ----

/// A call in a thread of its own, for it may wait, and a trap there.
struct Asked : grader::Asked {
  explicit Asked(std::function<std::string()> call, Trap trap_there = {})
      : grader::Asked{[call = std::move(call), trap_there = std::move(trap_there)] {
          trap = trap_there;
          const std::string said = call();
          trap = {};
          return said;
        }} {}
};

/// Whether it comes to rest, or back. Who spins may rest for an instant, too.
bool falls_asleep(const Asked& asked) {
  int looks = 0;
  return becomes([&] { return (looks = asked.rests() ? looks + 1 : 0) >= 5 || asked.is_back(); });
}

/// Makes one call and, in the middle of it, where the trap is, another, in another thread. Where the first does not
/// meet the trap, the other comes when the first is back, or rests.
class Between {
 public:
  Between(const std::function<std::string()>& first, Trap where, std::function<std::string()> second)
      : second_call_{std::move(second)} {
    where.spring = [this] { spring(); };
    first_ = std::make_unique<Asked>(first, where);
    let_them_try([this] { return first_->rests(); }, [this] { return sprung_ || first_->is_back(); });
    spring();
    while (!there_) ::usleep(500);  // if the first springs it just now
  }
  const Asked& first() const { return *first_; }
  const Asked& second() const { return *second_; }

 private:
  void spring() {
    if (sprung_.exchange(true)) return;
    second_ = std::make_unique<Asked>(second_call_);
    there_ = true;
    let_them_try([this] { return second_->rests(); }, [this] { return second_->is_back(); });
  }

  std::function<std::string()> second_call_;
  std::atomic<bool> sprung_ = false, there_ = false;
  std::unique_ptr<Asked> second_, first_;  // who springs is joined first
};

/// What came of a question, in words.
std::string told(const std::function<std::string()>& ask) try { return ask(); } catch (const Cancelled&) {
  return "throws Cancelled";
} catch (const TimedOut&) {
  return "throws TimedOut";
} catch (const std::overflow_error& error) {
  return std::string{"throws overflow_error "} + error.what();
} catch (const std::exception& error) {
  return std::string{"throws another error, "} + error.what();
} catch (int number) {
  return "throws the int " + std::to_string(number);
} catch (...) {
  return "throws something else";
}

/// Whether a result or an exception came, and not which.
std::string how_it_ended(Future& future, std::chrono::milliseconds limit = 0s) try {
  return future.result_for(limit), "with a result";
} catch (const Cancelled&) {
  return "cancelled";
} catch (const TimedOut&) {
  return "not at all";
} catch (...) {
  return "with an exception";
}

std::string word(bool it) { return it ? "true" : "false"; }

std::string text() { return argument(0) + ", a text of more than forty characters, on the heap"; }
std::exception_ptr error() { return std::make_exception_ptr(std::overflow_error{argument(0)}); }

/// A function of a future by its name, as anybody may call it.
std::function<std::string()> call(const std::shared_ptr<Future>& future, const std::string& name) {
  const auto ask = [&]() -> std::function<std::string()> {
    if (name == "begin()") return [future] { return word(future->begin()); };
    if (name == "set_result()") return [future] { return future->set_result(text()), "returns"; };
    if (name == "set_exception()") return [future] { return future->set_exception(error()), "returns"; };
    if (name == "result()") return [future] { return future->result(); };
    if (name == "result_for(1 h)") return [future] { return future->result_for(1h); };
    if (name == "result_for(0 s)") return [future] { return future->result_for(0s); };
    if (name == "exception()")
      return [future]() -> std::string {
        if (const auto thrown = future->exception()) std::rethrow_exception(thrown);
        return "null";
      };
    if (name == "how it ended") return [future] { return how_it_ended(*future); };
    if (name == "cancel()") return [future] { return word(future->cancel()); };
    if (name == "cancelled()") return [future] { return word(future->cancelled()); };
    if (name == "running()") return [future] { return word(future->running()); };
    if (name == "done()") return [future] { return word(future->done()); };
    return [future] {
      return std::string{future->cancelled() ? "cancelled " : ""} + (future->running() ? "running " : "") +
             (future->done() ? "done" : "not done");
    };
  };
  return [ask = ask()] { return told(ask); };
}

/// Makes these calls, one after the other, and reports what came of each.
Words calls(const std::shared_ptr<Future>& future, const Words& names) {
  Words all;
  for (const auto& name : names) all.push_back(name + ": " + call(future, name)());
  return all;
}

}  // namespace

// The C library's, and something may happen before them.
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static const auto original = grader::original<int(pthread_mutex_t*)>("pthread_mutex_lock");
  trap.meets(trap.spring && --trap.locks == 0);
  return original(mutex);
}
extern "C" int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  static const auto original = grader::original<int(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
  trap.meets(trap.at_wait);
  return wakes_for_nothing-- > 0 ? 0 : original(condition, mutex);
}
extern "C" int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* end) {
  static const auto original =
      grader::original<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)>("pthread_cond_timedwait");
  return wait_until(CLOCK_REALTIME, mutex, end, [&] { return original(condition, mutex, end); });
}
extern "C" int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                      const timespec* end) {
  static const auto original =
      grader::original<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>("pthread_cond_clockwait");
  return wait_until(clock, mutex, end, [&] { return original(condition, mutex, clock, end); });
}
extern "C" int nanosleep(const timespec* time, timespec* left) {
  return nap([&] { return static_cast<int>(::syscall(SYS_nanosleep, time, left)); });
}
extern "C" int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  return nap([&] { return ::syscall(SYS_clock_nanosleep, clock, flags, time, left) == 0 ? 0 : errno; });
}
extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (own_time == nullptr) return static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  if (++own_time->looks > 100'000) give_up("result_for looks at the clock again and again: let it sleep meanwhile");
  *now = {.tv_sec = own_time->now / 1s, .tv_nsec = (own_time->now % 1s).count()};
  return 0;
}

/// From a new future on, these calls.
SCENARIO(one_by_one) {
  const std::string names = argument(1);
  Words all;
  for (std::size_t at = 0, end = 0; end != std::string::npos; at = end + 2) {
    end = names.find(", ", at);
    all.push_back(names.substr(at, end - at));
  }
  grader::report("said", calls(make_future(), all));
}

/// Three wait, each in its own way, until it is done in some way. They may be asked to sleep soundly.
SCENARIO(all_wait) {
  const auto future = make_future();
  const std::string end = argument(1);
  const bool soundly = argument(2) == "soundly";
  const auto wait = [&](const std::string& name) {
    return [=] {
      must_sleep = soundly, wakes_for_nothing = soundly ? 3 : 0;
      return call(future, name)();
    };
  };
  const Words names{"result()", "exception()", "result_for(1 h)"};
  std::vector<std::unique_ptr<Asked>> all;
  for (const auto& name : names) {
    all.push_back(std::make_unique<Asked>(wait(name)));
    if (soundly && !falls_asleep(*all.back())) give_up(name + " keeps a processor busy while it waits: let it sleep");
  }
  const auto every = [&](auto does) {
    return std::all_of(all.begin(), all.end(), [&](auto& each) { return ((*each).*does)(); });
  };
  let_them_try([&] { return every(&Asked::rests); }, [&] { return every(&Asked::is_back); }, 5);
  for (std::size_t i = 0; i < names.size() && soundly; ++i)
    if (all[i]->is_back())
      give_up(names[i] +
              " came back, and the future was not done. A condition variable may also wake a thread for "
              "nothing: it must look whether what it waits for is there, and sleep again if it is not");
  const Asked ender{call(future, end)};
  (void)ender.said(end + " did not return within 2 s");
  Words said;
  for (std::size_t i = 0; i < names.size(); ++i)
    said.push_back(
        names[i] + ": " +
        all[i]->said("three threads slept in result(), exception() and result_for(1 h); the future was done by " + end +
                     ", and the one in " + names[i] +
                     " slept on. Whatever ends a future must wake all who wait for it"));
  grader::report("said", said);
}

/// It is done when somebody has seen that it is not, and is about to wait.
SCENARIO(just_then) {
  const auto future = make_future();
  const std::string name = argument(1);
  const Between both{call(future, name), {.at_wait = true}, call(future, "set_result()")};
  (void)both.first().said(name +
                          " saw that the future was not done; before it slept set_result() was called, and it slept on "
                          "for ever. What changes the phase must hold the mutex, so that it cannot come in between");
}

/// Limits in a time of its own, with something that happens at a certain wait.
SCENARIO(limited) {
  const auto future = make_future();
  const int when = std::stoi(argument(1));
  Time time;
  time.during_wait = [&](int wait) {
    if (wait == when) std::thread{[&] { (void)call(future, argument(2))(); }}.join();
  };
  const Asked asker{[&] {
    own_time = &time;
    auto said = how_it_ended(*future, 3500ms);
    own_time = nullptr;
    return said;
  }};
  grader::report("said",
                 asker.said("result_for(3.5 s) did not return within 2 s, though for it time goes much faster"));
  grader::report("after", static_cast<int>((time.now - Time::start) / 1ms));
  grader::report("then", calls(future, {"set_result()", "how it ended"}));
}

/// Two calls, the second in the middle of the first: at its first lock, or the second, or …
SCENARIO(two_at_once) {
  for (int lock = 1; lock <= 4; ++lock) {
    const auto future = make_future();
    const std::string first = argument(1), second = argument(2);
    const Between both{call(future, first), {.locks = lock}, call(future, second)};
    const auto stuck = "of two calls at the same time, " + first + " and " + second + ", one did not return within 2 s";
    const bool one = both.first().said(stuck) == "true", other = both.second().said(stuck) == "true";
    (void)call(future, "set_result()")();
    const auto begun = first == "cancel()" ? other : one, cancelled = first == "cancel()" ? one : other;
    grader::report("said", Words{word(begun), word(cancelled), how_it_ended(*future)});
  }
}

/// Callbacks, before it is done and after, each telling its name and what is wrong.
SCENARIO(in_order) {
  const auto future = make_future();
  const std::string end = argument(1);
  Words seen;
  std::atomic<const Asked*> who = nullptr;
  const auto add = [&](const std::string& name) {
    future->add_done_callback([&, name](Future& done) {
      if (!becomes([&] { return who.load() != nullptr; })) give_up("a callback was called before the future was done");
      const bool same = &done == future.get(), here = who.load()->is_this_thread(), is_done = done.done();
      seen.push_back(name + (same ? "" : ", with another future") + (here ? "" : ", in another thread") +
                     (is_done ? "" : ", before done() was true"));
    });
    return std::string{};
  };
  for (const char* name : {"first", "second", "third", "fourth"}) add(name);
  const auto stuck =
      " did not return within 2 s. A callback called done(): are callbacks called while the mutex is locked?";
  {
    const Asked ender{call(future, end)};
    who = &ender;
    (void)ender.said(end + stuck);
  }
  who = nullptr;
  {
    const Asked adder{[&] { return add("late"); }};
    who = &adder;
    (void)adder.said(std::string{"add_done_callback() of a future that is done"} + stuck);
  }
  grader::report("seen", seen);
}

/// A callback asks for all there is, and adds another.
SCENARIO(inside) {
  const auto future = make_future();
  Words said;
  future->add_done_callback([&](Future& done) {
    if (!done.done()) give_up("in a callback done() was false: first the phase is set, then callbacks are called");
    for (const char* name : {"result()", "result_for(1 h)", "exception()"}) (void)call(future, name)();
    said = calls(future, {"how it ended", "cancel()", "phase"});
    done.add_done_callback([&](Future&) { said.emplace_back("a callback that was added in a callback"); });
    said.emplace_back("the end of the callback");
  });
  const Asked ender{call(future, argument(1))};
  (void)ender.said(argument(1) +
                   " did not return within 2 s. A callback called result() and others: are callbacks called while the "
                   "mutex is locked?");
  grader::report("said", said);
}

/// While a callback is in the middle, others use the future, and those who waited are back.
SCENARIO(meanwhile) {
  const auto future = make_future();
  const Asked waiter{call(future, "result()")};
  let_them_try([&] { return waiter.rests(); }, [&] { return waiter.is_back(); }, 5);
  future->add_done_callback([&](Future& done) {
    (void)waiter.said(
        "a callback was called while another thread still slept in result(), and for 2 s it did not come out of it.\n"
        "First wake those who wait, then call callbacks, and without the mutex: a callback may take long");
    const Asked other{[&] {
      done.add_done_callback([](Future&) {});
      return calls(future, {"phase", "result()", "cancel()"}).front();
    }};
    (void)other.said("while a callback ran, another thread used the future, and did not come back within 2 s");
  });
  const Asked ender{call(future, argument(1))};
  (void)ender.said(argument(1) + " did not return, though its callback had come to its end", 3 * grader::patience);
}

/// Some callbacks throw.
SCENARIO(throwing) {
  const auto future = make_future();
  Words seen, said;
  const auto add = [&](const std::string& name) {
    future->add_done_callback([&, name](Future&) {
      seen.push_back(name);
      if (name == "second") throw std::runtime_error{"from a callback, on purpose"};
      if (name == "third") throw 3;
    });
    return std::string{"returns"};
  };
  for (const char* name : {"first", "second", "third", "fourth"}) add(name);
  said.push_back(argument(1) + ": " + call(future, argument(1))());
  for (const char* name : {"second", "third"})
    said.push_back("add_done_callback(): " + told([&] { return add(name); }));
  said.push_back("how it ended: " + how_it_ended(*future));
  grader::report("seen", seen);
  grader::report("said", said);
}

/// A callback is added and the future is done, one in the middle of the other.
SCENARIO(none_lost) {
  const bool adds_first = argument(2) == "add";
  for (int lock = 1; lock <= 4; ++lock) {
    const auto future = make_future();
    std::atomic<int> before = 0, then = 0;
    future->add_done_callback([&](Future&) { ++before; });
    const std::function<std::string()> add = [&] {
      future->add_done_callback([&](Future&) { ++then; });
      return std::string{};
    };
    const auto end = call(future, argument(1));
    const Between both{adds_first ? add : end, {.locks = lock}, adds_first ? end : add};
    const auto stuck = "add_done_callback() and " + argument(1) + " at the same time did not return within 2 s";
    (void)both.first().said(stuck), (void)both.second().said(stuck);
    grader::report("called", std::vector<int>{before, then});
  }
}

/// One after the other, each in its own thread, and nothing that the thread sanitizer knows of orders them.
SCENARIO(unordered) {
  const auto future = make_future();
  const Words looks{"done()", "running()", "cancelled()"};
  Words names = looks;
  for (const char* name : {"begin()", "set_result()", "result()", "exception()", "result_for(1 h)", "cancel()"}) {
    names.emplace_back(name);
    names.insert(names.end(), looks.begin(), looks.end());
  }
  std::vector<std::function<std::string()>> calls;  // made here: copies of a shared pointer would order the threads
  for (const auto& name : names) calls.push_back(call(future, name));
  grader::Turn turn;
  const auto in_turn = [&](int mine) {
    turn.wait_for(mine);
    auto said = calls[static_cast<std::size_t>(mine)]();
    turn.is(mine + 1);
    turn.wait_for(static_cast<int>(calls.size()));
    return said;
  };
  std::vector<std::unique_ptr<Asked>> all;
  for (int i = 0; i < static_cast<int>(calls.size()); ++i)
    all.push_back(std::make_unique<Asked>([&in_turn, i] { return in_turn(i); }));
  for (const auto& each : all) (void)each->said("of many calls, one after the other, one did not return within 2 s");
}

#else

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "exercises/grader/judge.hpp"

using grader::submission;
using grader::went_well;
using Words = std::vector<std::string>;

namespace {

/// What results and errors are told apart by.
std::string salt() { return "x" + std::to_string(grader::varied(1, 10'000)); }

const char* const text = "(salt), a text of more than forty characters, on the heap";
const char* const error = "throws overflow_error (salt)";

/// What came of calls, one after the other, against what should.
testing::AssertionResult say(const std::vector<std::pair<std::string, std::string>>& all) {
  Words names, due;
  const auto mine = salt();
  for (auto [name, words] : all) {
    if (const auto at = words.find("(salt)"); at != std::string::npos) words.replace(at, 6, mine);
    names.push_back(name), due.push_back(name + ": " + words);
  }
  const auto run = submission("one_by_one", {mine, fmt::format("{}", fmt::join(names, ", "))});
  if (const auto well = went_well(run); !well) return well;
  const auto said = run.value<Words>("said");
  for (std::size_t i = 0; i < due.size(); ++i)
    if (said.at(i) != due[i])
      return testing::AssertionFailure() << "a new future, and these calls: "
                                         << fmt::format("{}",
                                                        fmt::join(names.begin(), names.begin() + 1 + long(i), ", "))
                                         << "\nthe last should be   " << due[i] << "\nbut it was           " << said[i];
  return testing::AssertionSuccess();
}

}  // namespace

CHECK(phases, 10, "the phases and what is said of them; who comes later changes nothing") {
  ASSERT_TRUE(say({{"phase", "not done"},
                   {"begin()", "true"},
                   {"phase", "running not done"},
                   {"begin()", "false"},
                   {"set_result()", "returns"},
                   {"phase", "done"},
                   {"begin()", "false"},
                   {"set_exception()", "returns"},
                   {"phase", "done"},
                   {"how it ended", "with a result"}}));
  ASSERT_TRUE(say({{"set_exception()", "returns"},
                   {"phase", "done"},
                   {"begin()", "false"},
                   {"set_result()", "returns"},
                   {"how it ended", "with an exception"}}));
  for (const char* set : {"set_result()", "set_exception()"})
    ASSERT_TRUE(say({{"cancel()", "true"},
                     {"phase", "cancelled done"},
                     {"begin()", "false"},
                     {set, "returns"},
                     {"phase", "cancelled done"},
                     {"how it ended", "cancelled"}}));
  ASSERT_TRUE(grader::no_data_race("unordered", {salt()}));
}

CHECK(waits, 15, "whoever waits sleeps until it is done, then wakes, and misses nothing") {
  for (const char* end : {"set_result()", "set_exception()"})
    ASSERT_TRUE(went_well(submission("all_wait", {salt(), end, "soundly"})));
  for (const char* name : {"result()", "exception()", "result_for(1 h)"})
    ASSERT_TRUE(went_well(submission("just_then", {salt(), name})));
}

CHECK(again, 10, "everybody gets the result, or what was thrown as what it was, as often as they ask") {
  ASSERT_TRUE(say({{"set_result()", "returns"},
                   {"result()", text},
                   {"result_for(1 h)", text},
                   {"result()", text},
                   {"exception()", "null"},
                   {"result_for(0 s)", text}}));
  ASSERT_TRUE(say({{"set_exception()", "returns"},
                   {"result()", error},
                   {"exception()", error},
                   {"result_for(1 h)", error},
                   {"exception()", error},
                   {"result()", error}}));
}

CHECK(in_time, 15, "a limit counts from the call, and what is there at its end is given") {
  for (const auto& [when, what, due] : {std::tuple{0, "", "not at all"},
                                        {2, "set_result()", "with a result"},
                                        {3, "set_exception()", "with an exception"},
                                        {4, "set_result()", "with a result"}}) {
    const auto run = submission("limited", {salt(), std::to_string(when), what});
    const auto story =
        when == 0 ? std::string{"result_for(3.5 s), woken for nothing each second, the future pending"}
                  : fmt::format("result_for(3.5 s), woken each second; in the {}. of them came {}", when, what);
    ASSERT_TRUE(went_well(run)) << story;
    ASSERT_EQ(run.value<std::string>("said"), due) << story;
    if (const int after = run.value<int>("after"); when == 0) {
      ASSERT_TRUE(after >= 3500 && after < 3600)
          << story << ":\nTimedOut should come after 3500 ms, and came after " << after << " ms";
    }
    ASSERT_EQ(run.value<Words>("then"),
              (Words{"set_result(): returns", fmt::format("how it ended: {}", when == 0 ? "with a result" : due)}))
        << story << ". Then set_result() was called, and it was asked again";
  }
  ASSERT_TRUE(say({{"result_for(0 s)", "throws TimedOut"},
                   {"begin()", "true"},
                   {"result_for(0 s)", "throws TimedOut"},
                   {"set_result()", "returns"},
                   {"how it ended", "with a result"}}));
}

CHECK(cancels, 15, "only a pending future is cancelled, never a begun one; who waits is woken at once") {
  ASSERT_TRUE(say({{"cancel()", "true"},
                   {"cancel()", "true"},
                   {"result()", "throws Cancelled"},
                   {"exception()", "throws Cancelled"},
                   {"result_for(1 h)", "throws Cancelled"}}));
  ASSERT_TRUE(say({{"begin()", "true"},
                   {"cancel()", "false"},
                   {"phase", "running not done"},
                   {"set_result()", "returns"},
                   {"cancel()", "false"},
                   {"phase", "done"},
                   {"how it ended", "with a result"}}));
  ASSERT_TRUE(say({{"set_exception()", "returns"},
                   {"cancel()", "false"},
                   {"phase", "done"},
                   {"how it ended", "with an exception"}}));
  const auto run = grader::shaken("all_wait", {salt(), "cancel()", "anyhow"});
  ASSERT_TRUE(went_well(run));
  ASSERT_EQ(run.value<Words>("said"),
            (Words{"result(): throws Cancelled", "exception(): throws Cancelled", "result_for(1 h): throws Cancelled"}))
      << "three threads waited in result(), exception() and result_for(1 h), and cancel() was called";
  for (const auto& [first, second] : {std::pair{"cancel()", "begin()"}, {"begin()", "cancel()"}}) {
    const auto both = submission("two_at_once", {salt(), first, second});
    ASSERT_TRUE(went_well(both));
    for (const auto& said : both.values<Words>("said"))
      ASSERT_TRUE(said == (Words{"true", "false", "with a result"}) || said == (Words{"false", "true", "cancelled"}))
          << fmt::format(
                 "while {} was under way, just before it locked its mutex, {} was called. Either is true, and the "
                 "other "
                 "false: the task is made, or it is cancelled. But begin() was {}, and cancel() was {}; "
                 "then set_result() was called, and the future ended {}",
                 first, second, said.at(0), said.at(1), said.at(2));
  }
}

CHECK(callbacks, 15, "callbacks are called in order, when it is done, and may use the future as anybody") {
  for (const char* end : {"set_result()", "set_exception()", "cancel()"}) {
    const auto run = submission("in_order", {salt(), end});
    ASSERT_TRUE(went_well(run)) << "four callbacks, then " << end << ", then one more callback";
    ASSERT_EQ(run.value<Words>("seen"), (Words{"first", "second", "third", "fourth", "late"}))
        << "callbacks that were called, when four were added before " << end
        << ", and one after it. Each should be called in the thread that calls " << end
        << ", or adds it when that is over";
  }
  const auto run = submission("inside", {salt(), "set_result()"});
  ASSERT_TRUE(went_well(run));
  ASSERT_EQ(run.value<Words>("said"), (Words{"how it ended: with a result", "cancel(): false", "phase: done",
                                             "a callback that was added in a callback", "the end of the callback"}))
      << "what a callback was told that asked for all there is, and added another callback";
  for (const char* end : {"set_result()", "set_exception()"})
    ASSERT_TRUE(went_well(submission("meanwhile", {salt(), end})));
}

CHECK(harmless, 10, "a callback that throws harms neither the others nor whoever calls them") {
  for (const auto& [end, word, result] : {std::tuple{"set_result()", "returns", "with a result"},
                                          {"set_exception()", "returns", "with an exception"},
                                          {"cancel()", "true", "cancelled"}}) {
    const auto run = submission("throwing", {salt(), end});
    ASSERT_TRUE(went_well(run)) << "of four callbacks two threw";
    auto seen = run.value<Words>("seen");
    std::sort(seen.begin(), seen.end());
    ASSERT_EQ(seen, (Words{"first", "fourth", "second", "second", "third", "third"}))
        << "callbacks that were called (sorted): first to fourth were added before " << end << ", and second and third "
        << "once more after it. second throws a runtime_error, and third an int; that must harm no other callback";
    ASSERT_EQ(run.value<Words>("said"), (Words{fmt::format("{}: {}", end, word), "add_done_callback(): returns",
                                               "add_done_callback(): returns", std::string{"how it ended: "} + result}))
        << "what became of calls whose callbacks threw";
  }
}

CHECK(none_lost, 10, "each callback is called once, even one that is added just as the future is done") {
  for (const char* end : {"set_result()", "set_exception()", "cancel()"})
    for (const std::string first : {"add", "end"}) {
      const auto run = submission("none_lost", {salt(), end, first});
      ASSERT_TRUE(went_well(run));
      const auto story = first == "add" ? fmt::format("while add_done_callback() was under way, {} was called", end)
                                        : fmt::format("while {} was under way, add_done_callback() was called", end);
      for (const auto& called : run.values<std::vector<int>>("called"))
        ASSERT_EQ(called, (std::vector<int>{1, 1}))
            << story
            << ", just before a mutex was locked.\nHow often were called a callback that was there before, and "
            << "the new one? To look whether it is done and to add must be one step, and so must to be done and to "
               "take all";
    }
}
#endif
