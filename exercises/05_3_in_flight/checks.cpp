// The checks of exercise 05_3. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <list>
#include <mutex>
#include <thread>

#include "05_pool/pool.hpp"
#include "exercises/grader/fence.hpp"

// The submission's.
using Apply = std::function<void(mp::Callbacks<int> callbacks, int x)>;
using Input = std::function<std::optional<int>()>;
struct Results {
  virtual ~Results() = default;
  virtual std::optional<int> next() = 0;
};
std::unique_ptr<Results> in_flight(Apply apply, Input input, int most);

namespace {

using grader::Asked;
using grader::becomes;
using grader::give_up;
using grader::number;
using Numbers = std::vector<int>;

constexpr auto used_after_its_end =
    "memory was used that had been given back. A callback that comes after the end of your InFlight must find "
    "what it works with: let it share that (std::shared_ptr), and capture neither `this` nor a reference";

// ---- who calls ----

thread_local std::function<void()> before_wait = nullptr, before_lock = nullptr;  // once, in this thread

void once(std::function<void()>& what) {
  if (what) std::exchange(what, nullptr)();
}

/// What came of it: a number, `the end`, or an error.
std::string told(Results& results) try {
  const auto result = results.next();
  return result ? std::to_string(*result) : "the end";
} catch (const std::out_of_range& error) {
  return std::string{"out_of_range "} + error.what();
} catch (const std::overflow_error& error) {
  return std::string{"overflow_error "} + error.what();
} catch (const std::exception& error) {
  return std::string{"another error, "} + error.what();
}

constexpr auto must_come = "a call was done, but next() did not return its result within 2 s";

/// A pool without workers: the scenario says which call is done, and when. f(x) is 3 x and some more.
class Hands {
 public:
  Apply apply() {
    return [this](mp::Callbacks<int> callbacks, int x) {
      if (const std::scoped_lock lock{mutex_}; calls_.push_back({x, std::move(callbacks)}), ++started_ > 1000)
        give_up("yours started 1000 calls where only a few may be in flight");
      if (at_once_) {  // and yet you may hold what the callback needs
        const auto& answer = answers_.emplace_back([this, x] { return finish_here(x); });
        grader::let_them_try([&] { return answer.rests(); }, [&] { return answer.is_back(); });
      }
    };
  }
  void answer_at_once() { at_once_ = true; }
  int started() const { return started_; }
  static int result(int x) { return 3 * x + number(0); }

  void wait_for(int wanted) const {
    if (!becomes([&] { return started_ >= wanted; }))
      give_up("next() waits for a result, there is input, and " + std::to_string(wanted) +
              " calls should have been started by now; yours started " + std::to_string(started_));
  }
  /// As the pool's thread does it.
  std::string finish_here(int x, const std::exception_ptr& error = nullptr, std::function<void()> at_lock = nullptr) {
    mp::Callbacks<int> callbacks;
    {
      const std::scoped_lock lock{mutex_};
      const auto call = std::find_if(calls_.begin(), calls_.end(), [x](auto& each) { return each.first == x; });
      if (call == calls_.end()) give_up("no call of f(" + std::to_string(x) + ") was started, where it should be");
      callbacks = std::move(call->second);
      calls_.erase(call);
    }
    before_lock = std::move(at_lock);
    callbacks.call(error ? mp::Arrived<int>{error} : mp::Arrived<int>{result(x)});
    before_lock = nullptr;
    return "";
  }
  void finish(int x, const std::exception_ptr& error = nullptr) {
    const Asked thread{[&] { return finish_here(x, error); }};
    (void)thread.said(
        "a callback did not return within 2 s. It runs in the pool's only thread, and whatever it waits for, be it "
        "a lock that next() holds while the input is slow, or somebody to take the result, keeps the whole pool");
  }
  /// Whatever is under way now.
  void finish_all() {
    std::unique_lock lock{mutex_};
    Numbers all;
    for (const auto& each : calls_) all.push_back(each.first);
    lock.unlock();
    for (const int x : all) finish(x);
  }

 private:
  std::mutex mutex_;
  std::list<std::pair<int, mp::Callbacks<int>>> calls_;
  std::list<Asked> answers_;
  std::atomic<int> started_ = 0;
  bool at_once_ = false;
};

/// 0, 1, 2 … up to some number, and how often it was asked.
struct Counting {
  int end = 1 << 20;
  std::atomic<int> asked = 0;
  Input input() {
    return [this]() -> std::optional<int> {
      if (asked >= 1000) give_up("the input is endless, and yours read 1000 numbers where a few will do");
      return asked++ < end ? std::optional{asked - 1} : std::nullopt;
    };
  }
};

/// A pool and an input, and yours between them, made in the thread of the first who takes.
struct Scene {
  explicit Scene(int n, int end = 1 << 20) : most{n}, numbers{end} {}
  ~Scene() { hands.finish_all(); }
  std::string take() {
    if (!results) results = in_flight(hands.apply(), numbers.input(), most);
    return told(*results);
  }

  int most;
  Counting numbers;
  Hands hands;
  std::unique_ptr<Results> results;
};

int f(int x, int salt) { return 3 * x + salt; }
auto real(mp::Pool& pool) {
  return
      [&pool](mp::Callbacks<int> callbacks, int x) { pool.apply_async(std::move(callbacks), mp::fn<f>, x, number(0)); };
}

}  // namespace

/// The C library's, and something may happen before them.
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static const auto original = grader::original<int(pthread_mutex_t*)>("pthread_mutex_lock");
  once(before_lock);
  return original(mutex);
}
extern "C" int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  static const auto original = grader::original<int(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
  once(before_wait);
  return original(condition, mutex);
}

/// A pool of three workers does so many calls.
SCENARIO(real_pool) {
  mp::Pool pool{3};
  Counting numbers{number(1)};
  const auto results = in_flight(real(pool), numbers.input(), number(2));
  Numbers all;
  while (const auto result = results->next()) all.push_back(*result);
  grader::report("results", all);
  grader::report("ends", std::vector{told(*results), told(*results), told(*results)});
}

/// Callbacks come while nobody takes, and nothing that the thread sanitizer knows of orders them and who takes then.
SCENARIO(unordered) {
  enum { one_taken = 1, all_done, all_taken };
  std::vector<mp::Callbacks<int>> calls;
  grader::Turn turn;
  std::thread pool;
  const auto work = [&] {
    for (int x = 0; x < 3; ++x) {
      calls[static_cast<std::size_t>(x)].call(mp::Arrived<int>{x});
      turn.wait_for(one_taken);
    }
    turn.is(all_done);
    turn.wait_for(all_taken);
  };
  Counting numbers{3};
  const auto results = in_flight(
      [&](mp::Callbacks<int> callbacks, int) {
        calls.push_back(std::move(callbacks));
        if (calls.size() == 3) pool = std::thread{work};
      },
      numbers.input(), 3);
  std::vector<std::string> said{told(*results)};
  turn.is(one_taken);
  turn.wait_for(all_done);
  for (int i = 0; i < 3; ++i) said.push_back(told(*results));
  turn.is(all_taken);
  pool.join();
  grader::report("said", said);
}

/// Three are in flight; one after the other is done, another one than the first that was started.
SCENARIO(as_they_come) {
  Scene scene{3, 6};
  std::vector<std::string> said, due;
  for (const int x : {number(1), 3, number(2), 5, 4, number(3)}) {
    const Asked taker{[&] { return scene.take(); }};
    scene.hands.wait_for(std::min(6, 3 + static_cast<int>(said.size())));
    if (!becomes([&] { return taker.rests(); })) give_up("next() keeps a processor busy while it waits: let it sleep");
    scene.hands.finish(x);
    said.push_back(taker.said("f(" + std::to_string(x) +
                              ") was done, calls before it were still under way, and next()\n"
                              "did not return its result within 2 s: give what is there, in any order"));
    due.push_back(std::to_string(Hands::result(x)));
  }
  grader::report("said", said);
  grader::report("due", due);
}

/// A result comes when `next` has seen that there is none, and is about to sleep.
SCENARIO(just_then) {
  Scene scene{2};
  std::atomic<bool> about_to_wait = false;
  std::atomic<const Asked*> finisher = nullptr;
  const Asked taker{[&] {
    before_wait = [&] {
      about_to_wait = true;
      grader::let_them_try([&] { return finisher != nullptr && finisher.load()->rests(); },
                           [&] { return finisher != nullptr && finisher.load()->is_back(); });
    };
    return scene.take();
  }};
  scene.hands.wait_for(2);
  grader::let_them_try([&] { return taker.rests(); }, [&] { return about_to_wait.load(); });
  {
    const Asked thread{[&] { return scene.hands.finish_here(1); }};
    finisher = &thread;
    (void)taker.said(
        "next() saw that no result was there; before it slept the callback came, and next() slept on for ever.\n"
        "A callback must hold the mutex of next() when it brings its result, so that it cannot come in between");
  }
}

/// The pool is so quick that each result is there before `apply` returns.
SCENARIO(at_once) {
  Scene scene{2, 5};
  scene.hands.answer_at_once();
  std::vector<std::string> said;
  for (int i = 0; i < 6; ++i) {
    const Asked taker{[&] { return scene.take(); }};
    said.push_back(taker.said("a callback came before apply had returned, and next() did not return within 2 s"));
  }
  std::sort(said.begin(), said.end() - 1);
  grader::report("said", said);
}

/// Nobody does anything; then all are done; then all of them are taken, and `next` waits again.
SCENARIO(bounded) {
  const int most = number(1);
  const bool with_errors = number(2) != 0;
  Scene scene{most, 40};
  int taken = 0;
  const auto look = [&] {
    if (const int now = scene.hands.started() - taken; now > most)
      give_up(std::to_string(now) + " calls had been started and not been taken, where " + std::to_string(most) +
              " may be. A result that is there counts until "
              "next() has returned it, and an error until it was thrown: else whoever takes slowly fills the memory");
  };
  for (int round = 0; round < 3; ++round) {
    const int first = taken;
    for (int i = 0; i < most; ++i) {
      const Asked taker{[&] { return scene.take(); }};
      if (i == 0) {
        scene.hands.wait_for(first + most);
        if (round == 1)
          grader::let_them_try([&] { return taker.rests(); }, [&] { return scene.hands.started() > first + most; }, 20);
        look();
        scene.hands.finish(first);
      }
      (void)taker.said(must_come);
      ++taken;
      look();
      for (int x = first + 1; i == 0 && x < first + most; ++x, look())
        scene.hands.finish(x,
                           x % 2 == 0 || !with_errors ? nullptr : std::make_exception_ptr(std::overflow_error{"odd"}));
    }
  }
}

/// So much of the input is read: from the first call to the last, and in vain after its end.
SCENARIO(lazy) {
  const int most = number(1), end = number(2);
  Scene scene{most, end};
  int ahead = 0;
  const auto look = [&](int taken) { ahead = std::max(ahead, std::min(end, scene.numbers.asked.load()) - taken); };
  for (int x = 0; x < std::min(end, 3 * most); ++x) {
    const Asked taker{[&] { return scene.take(); }};
    scene.hands.wait_for(std::min(end, most + x));
    if (x == 1) grader::let_them_try([&] { return taker.rests(); }, [&] { return scene.numbers.asked > most + 1; }, 20);
    look(x);
    scene.hands.finish(x);
    (void)taker.said(must_come);
    look(x + 1);
  }
  for (int i = 0; end < 3 * most && i < 3; ++i) {
    const Asked taker{[&] { return scene.take(); }};
    (void)taker.said("all results were taken, and next() did not say so within 2 s");
  }
  grader::report("ahead", ahead);
  grader::report("in_vain", std::max(0, scene.numbers.asked - end));
}

/// More calls throw than may be in flight.
SCENARIO(errors) {
  Scene scene{2, 7};
  std::vector<std::string> said;
  for (int x = 0; x < 8; ++x) {
    const Asked taker{[&] { return scene.take(); }};
    scene.hands.wait_for(std::min(7, 2 + x));
    const auto what = std::to_string(x) + " " + grader::argument(0);
    if (x < 7)
      scene.hands.finish(x, x == number(1) || x == 6 ? nullptr
                            : x % 2 == 0             ? std::make_exception_ptr(std::out_of_range{what})
                                                     : std::make_exception_ptr(std::overflow_error{what}));
    said.push_back(taker.said(x == 7 ? "all was taken, errors among it, and next() did not say so within 2 s"
                                     : "a call threw, and its error did not come out of next() within 2 s"));
  }
  grader::report("said", said);
}

/// The input is slow, and a call is done meanwhile; then results come and nobody takes them.
SCENARIO(quick) {
  std::atomic<bool> reading = false, go_on = false;
  Hands hands;
  int x = 0;
  std::unique_ptr<Results> results;
  const Asked taker{[&] {
    results = in_flight(
        hands.apply(),
        [&]() -> std::optional<int> {
          for (reading = x == 3; x == 3 && !go_on; ::usleep(500)) continue;
          return x < 9 ? std::optional{x++} : std::nullopt;
        },
        3);
    return told(*results) + told(*results);
  }};
  hands.wait_for(3);
  hands.finish(0);
  if (!becomes([&] { return reading.load(); })) give_up("one of three was taken, and no more input was read");
  hands.finish(1);
  go_on = true;
  (void)taker.said(must_come);
  hands.wait_for(4);
  hands.finish_all();
}

/// It goes while three calls are under way, or two and a result that nobody has taken. Then they are done.
SCENARIO(abandoned) {
  {
    Scene scene{3};
    grader::fence::begin(used_after_its_end);
    {
      const Asked taker{[&] { return scene.take(); }};
      scene.hands.wait_for(3);
      scene.hands.finish(0);
      (void)taker.said(must_come);
    }
    if (number(1) == 1) scene.hands.finish(2);
    const auto drop = [&] { return scene.results.reset(), std::string{}; };
    const auto otherwise = "your InFlight was given up with calls under way, and its destructor waited for them";
    if (number(1) == 2) {  // in the middle of a callback
      std::atomic<bool> stopped = false, go_on = false;
      const Asked finisher{[&] {
        (void)scene.hands.finish_here(2, nullptr, [&] {
          for (stopped = true; !go_on;) ::usleep(500);
        });
        return stopped = true, std::string{};
      }};
      (void)becomes([&] { return stopped.load(); });
      const Asked dropper{drop};
      grader::let_them_try([&] { return dropper.rests(); }, [&] { return dropper.is_back(); });
      go_on = true;
      (void)dropper.said(otherwise);
    } else {
      const Asked dropper{drop};
      (void)dropper.said(otherwise);
    }
    scene.hands.finish(1, std::make_exception_ptr(std::overflow_error{"late"}));
    if (number(1) == 0) scene.hands.finish(2);
    grader::fence::end();
  }
  grader::report("not_given_back", grader::fence::not_given_back.load());
}

/// With a real pool, which does what is under way afterwards.
SCENARIO(abandoned_pool) {
  mp::Pool pool{2};
  grader::fence::begin(used_after_its_end);
  Counting numbers;
  for (auto results = in_flight(real(pool), numbers.input(), 20); numbers.asked < 25;) (void)results->next();
  pool.close(), pool.join();
  grader::fence::end();
}

#else

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "exercises/grader/judge.hpp"

using grader::submission;
using grader::varied;
using grader::went_well;
using Numbers = std::vector<int>;
using Words = std::vector<std::string>;

CHECK(results, 10, "each result comes once, whatever the bound, and then the end, again and again") {
  for (const auto& [n, most] : {std::pair{7, 1}, {varied(15, 30), varied(2, 7)}, {3, 10}, {0, 2}}) {
    const int salt = varied(100, 900);
    const auto run = grader::shaken("real_pool", {std::to_string(salt), std::to_string(n), std::to_string(most)});
    ASSERT_TRUE(went_well(run)) << n << " calls in a pool, at most " << most << " in flight";
    Numbers due, came = run.value<Numbers>("results");
    for (int x = 0; x < n; ++x) due.push_back(3 * x + salt);
    std::sort(came.begin(), came.end());
    ASSERT_EQ(came, due) << "the results of " << n << " calls, at most " << most << " in flight, sorted";
    ASSERT_EQ(run.value<Words>("ends"), Words(3, "the end"))
        << "what next() said when it was asked again after the end";
  }
  ASSERT_TRUE(grader::no_data_race("unordered", {"107"}));
}

CHECK(as_they_come, 15, "`next` sleeps until some call is done, whichever that is, and misses none") {
  for (const Words& order :
       {Words{"2", "1", "0"}, Words{"1", "0", "2"}, Words{"0", "2", "1"}, grader::shuffled(Words{"0", "1", "2"})}) {
    auto arguments = order;
    arguments.insert(arguments.begin(), std::to_string(varied(1, 1'000)));
    const auto run = submission("as_they_come", arguments);
    ASSERT_TRUE(went_well(run)) << "6 calls, 3 in flight; one was done after the other while next() waited";
    ASSERT_EQ(run.value<Words>("said"), run.value<Words>("due"))
        << "what next() returned, each time after one more call was done: its result was the only one there";
  }
  ASSERT_TRUE(went_well(submission("just_then", {"5"})));
  const auto run = submission("at_once", {"5"});
  ASSERT_TRUE(went_well(run));
  ASSERT_EQ(run.value<Words>("said"), (Words{"11", "14", "17", "5", "8", "the end"}))
      << "what next() returned (sorted) when callbacks came before apply had returned";
}

CHECK(bounded, 20, "so many calls are in flight, and no more: what nobody has taken counts") {
  for (const int most : {3, 1, varied(4, 12)})
    ASSERT_TRUE(went_well(submission("bounded", {"4", std::to_string(most), "0"})))
        << "at most " << most << " in flight";
}

CHECK(lazy, 10, "the input is read as calls are started, no further, and never again after its end") {
  for (const auto& [most, end] : {std::pair{2, 500000}, {5, 500000}, {3, 5}, {4, 2}, {3, 3}}) {
    const auto run = submission("lazy", {"9", std::to_string(most), std::to_string(end)});
    ASSERT_TRUE(went_well(run)) << "at most " << most << " in flight";
    ASSERT_LE(run.value<int>("ahead"), most)
        << "numbers that were read and whose results had not been taken, with at most " << most << " in flight:\n"
        << "read one when you can start its call, and not before";
    ASSERT_EQ(run.value<int>("in_vain"), end < 3 * most ? 1 : 0)
        << "times that the input had nothing. Once it has said so it must not be asked again";
  }
}

CHECK(errors, 15, "what a call throws, `next` throws at its place, as what it was, and goes on") {
  for (const int good : {3, 0}) {
    const int added = varied(1, 1'000);
    const std::string salt = std::to_string(added);
    Words due;
    for (int x = 0; x < 7; ++x)
      due.push_back(x == good || x == 6
                        ? std::to_string(3 * x + added)
                        : fmt::format("{} {} {}", x % 2 == 0 ? "out_of_range" : "overflow_error", x, salt));
    due.emplace_back("the end");
    const auto run = submission("errors", {salt, std::to_string(good)});
    ASSERT_TRUE(went_well(run)) << "7 calls, 2 in flight, 5 of them threw";
    ASSERT_EQ(run.value<Words>("said"), due) << "what came of next(): 7 calls, 2 in flight, 5 of them threw";
  }
  ASSERT_TRUE(went_well(submission("bounded", {"4", "4", "1"}))) << "at most 4 in flight, and every other one throws";
}

CHECK(quick, 10, "a callback waits for nobody, neither for slow input nor for whoever should take") {
  ASSERT_TRUE(went_well(submission("quick", {"6"}))) << "a call was done while the input was slow, or nobody took";
}

CHECK(abandoned, 20, "who gives up in the middle waits for no call, and callbacks that come later harm nobody") {
  for (const char* when : {"0", "1", "2"}) {
    const auto run = submission("abandoned", {"3", when});
    ASSERT_TRUE(went_well(run)) << "an InFlight was given up with calls under way, and callbacks came afterwards";
    ASSERT_EQ(run.value<int>("not_given_back"), 0)
        << "pieces of memory that remained when your InFlight and all callbacks were gone. What they share must go "
        << "with the last of them: is something kept on purpose, or does it own itself in a circle?";
  }
  ASSERT_TRUE(went_well(submission("abandoned_pool", {"3"}))) << "results of a pool were given up after a few";
}
#endif
