// The checks of exercise 06_2. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <sstream>
#include <thread>

#include "06_executor/future.hpp"
#include "exercises/grader/fence.hpp"

// The submission's.
struct Future;
using FuturePtr = std::shared_ptr<Future>;
struct Future {
  virtual ~Future() = default;
  virtual bool done() const = 0;
  virtual bool cancelled() const = 0;
  virtual int result() const = 0;
  virtual void add_done_callback(std::function<void(const FuturePtr&)> callback) = 0;
};
struct Time {
  virtual ~Time() = default;
  virtual mp::Seconds now() = 0;
  virtual void sleep(std::condition_variable& news, std::unique_lock<std::mutex>& lock,
                     std::optional<mp::Seconds> end) = 0;
};
struct Completed {
  virtual ~Completed() = default;
  virtual FuturePtr next() = 0;
};
std::unique_ptr<Completed> as_completed(const std::vector<FuturePtr>& futures, std::optional<mp::Seconds> timeout,
                                        Time& time);

namespace {

using grader::argument;
using grader::Asked;
using grader::becomes;
using grader::give_up;
using Lock = std::unique_lock<std::mutex>;

constexpr auto used_after_its_end =
    "memory was used that had been given back. A callback that comes after the end of your AsCompleted must find "
    "what it works with: let it share that (std::shared_ptr), and capture neither `this` nor a reference";

// ---- who calls ----

thread_local std::function<void()> before_lock = nullptr;  // once, in this thread
thread_local bool in_callback = false;
std::atomic<const char*> asked_in_callback = nullptr;

void once(std::function<void()>& what) {
  if (what) std::exchange(what, nullptr)();
}
/// At the beginning of everything that a callback must leave alone.
void foreign(const char* name) {
  if (in_callback) asked_in_callback = name;
}

constexpr auto callback_waits =
    "a callback did not return within 2 s. It runs in the thread that brings the result, and holds that up. It may "
    "wait "
    "for a mutex that others hold for a moment, but not for somebody to take, and not while a future is asked under it";

// ---- what a submission is given ----

/// A future that the scenario brings to its end.
class Promised final : public Future, public std::enable_shared_from_this<Promised> {
 public:
  enum class End { none, finished, failed, cancelled };
  using Callback = std::function<void(const FuturePtr&)>;
  explicit Promised(int name) : name_{name} {}

  bool done() const override {
    foreign("done()");
    const bool is_done = end_ != End::none;
    if (!is_done) {
      once(after_look);
      for (int one = 1; slow && *slow != 0; one = 1, ::usleep(500)) slow->compare_exchange_strong(one, 2);
    }
    return is_done;
  }
  bool cancelled() const override {
    foreign("cancelled()");
    return end_ == End::cancelled;
  }
  int result() const override {
    foreign("result()");
    if (end_ == End::none) give_up("result() was called of a future that is not done");
    if (end_ == End::cancelled) throw mp::CancelledError{};
    if (end_ == End::failed) throw std::overflow_error{"a task has thrown this"};
    return name_;
  }
  void add_done_callback(Callback callback) override {
    foreign("add_done_callback()");
    once(before_registration);
    Lock lock{mutex_};
    const bool at_once = end_ != End::none;
    if (!at_once) callbacks_.push_back(std::move(callback));
    lock.unlock();
    if (at_once) call(callback);
    once(after_registration);
  }

  /// As the thread does it that brings the result.
  std::string finish(End end, const std::function<void()>& at_lock = nullptr) {
    std::vector<Callback> callbacks;
    {
      const std::scoped_lock lock{mutex_};
      end_ = end;
      callbacks.swap(callbacks_);
    }
    once(before_callbacks);
    before_lock = at_lock;
    for (auto& each : callbacks) call(each);
    before_lock = nullptr;
    return "";
  }
  int name() const { return name_; }
  bool is_done() const { return end_ != End::none; }

  // Each once.
  mutable std::function<void()> after_look = nullptr, before_callbacks = nullptr;
  std::function<void()> before_registration = nullptr, after_registration = nullptr;
  std::atomic<int>* slow = nullptr;  ///< `done()` waits while it is not 0, and sets it to 2

 private:
  void call(const Callback& callback) {
    in_callback = true;
    callback(shared_from_this());
    in_callback = false;
  }

  const int name_;
  std::mutex mutex_;
  std::atomic<End> end_ = End::none;
  std::vector<Callback> callbacks_;
};
using End = Promised::End;

/// It passes when the scenario says so. At most one thread sleeps.
class Hands final : public Time {
 public:
  mp::Seconds now() override {
    foreign("now()");
    return now_;
  }
  void sleep(std::condition_variable& news, Lock& lock, std::optional<mp::Seconds> end) override {
    foreign("sleep()");
    if (!lock.owns_lock()) give_up("time.sleep() was called with a lock that holds no mutex");
    if (instead) return std::exchange(instead, nullptr)(lock);
    once(before_sleep);
    if (!begin_sleep({&news, lock.mutex(), end})) return;
    news.wait(lock);
    const std::scoped_lock own{mutex_};
    sleeper_.reset();
  }

  bool is_asleep() const {
    const std::scoped_lock lock{mutex_};
    return sleeper_.has_value();
  }
  int sleeps() const { return sleeps_; }
  /// Whoever is about to sleep does so: it has its mutex until then.
  void settle() const {
    if (const Sleeper who = sleeper(); who.mutex) const std::scoped_lock lock{*who.mutex};
  }
  void pass(mp::Seconds time) {
    now_ = now_.load() + time;
    const auto end = sleeper().end;
    if (end && *end <= now_.load()) wake();
  }
  /// Whoever sleeps, for no reason.
  void wake() {
    const Sleeper who = sleeper();
    if (!who.news) return;
    const std::scoped_lock lock{*who.mutex};
    who.news->notify_all();
  }

  std::function<void()> before_sleep = nullptr;       ///< once, with the mutex held
  std::function<void(Lock& lock)> instead = nullptr;  ///< once

 private:
  struct Sleeper {
    std::condition_variable* news = nullptr;
    std::mutex* mutex = nullptr;
    std::optional<mp::Seconds> end = {};
  };
  bool begin_sleep(const Sleeper& who) {
    const std::scoped_lock own{mutex_};
    if (who.end && *who.end <= now_.load()) {
      if (++in_vain_ > 1000) give_up("time.sleep() was called 1000 times with an end that has passed");
      return false;
    }
    sleeper_ = who;
    ++sleeps_;
    return true;
  }
  Sleeper sleeper() const {
    const std::scoped_lock lock{mutex_};
    return sleeper_.value_or(Sleeper{});
  }

  mutable std::mutex mutex_;
  std::atomic<mp::Seconds> now_ = mp::Seconds{5000};
  std::optional<Sleeper> sleeper_;
  std::atomic<int> sleeps_ = 0;
  int in_vain_ = 0;
};

// ---- futures, the time, and yours between them ----

constexpr mp::Seconds minute{60};

class Scene {
 public:
  explicit Scene(int n, std::optional<mp::Seconds> timeout = {}) : timeout_{timeout} {
    for (int i = 0; i < n; ++i) futures.push_back(std::make_shared<Promised>(i));
  }

  /// Nobody waits for ever; what was given up is the scenario's.
  ~Scene() {
    for (const auto& each : futures)
      if (results && !each->is_done()) finish(each->name());
  }

  /// Those with these names; all where there are none.
  void make(const std::vector<int>& names) {
    const Asked maker{[&] { return make_here(names); }};
    (void)maker.said(
        "as_completed() did not return within 2 s, though it has nothing to wait for. A future that is done calls the "
        "callback at once, in your thread: do you hold the mutex then that the callback locks?");
  }
  std::string make_here(std::vector<int> names = {}) {
    if (names.empty())
      for (const auto& each : futures) names.push_back(each->name());
    std::vector<FuturePtr> given;
    for (const int name : names) given.push_back(future(name));
    results = as_completed(given, timeout_, time);
    return "";
  }

  Promised* at(int name) const { return future(name).get(); }
  void finish(int name, End end = End::finished) const {
    const Asked bringer{[&] { return at(name)->finish(end); }};
    (void)bringer.said(callback_waits);
  }

  /// next() is called, and has nothing to return.
  void fall_asleep() {
    begin_next();
    stay_asleep(0);
  }
  void begin_next() {
    taker_ = std::make_unique<Asked>([this] { return told(); });
  }
  /// Whether next() is back, or asleep for more than the `since`-th time.
  bool settles(int since) const {
    const bool does = becomes([&] { return taker_->is_back() || (time.is_asleep() && time.sleeps() > since); });
    return time.settle(), does;
  }
  void stay_asleep(int since) const {
    if (!settles(since))
      give_up(
          "next() has nothing to return, and should sleep in time.sleep() by now. Let it sleep there, nowhere else");
    if (!taker_->is_back()) return;
    const auto& said = taker_->said("");
    const bool again = std::find(all_said.begin(), all_said.end(), said) != all_said.end();
    give_up("no future was done that had not been given, and the time was not over: next() should sleep, but it gave " +
            said + (again ? ", for the second time" : ""));
  }
  void wake_for_nothing() {
    const int before = time.sleeps();
    time.wake();
    stay_asleep(before);
  }
  /// What next() says: whoever sleeps there, or a new call.
  void next(const std::string& story = "next() did not return within 2 s") {
    if (!taker_) begin_next();
    if (!becomes([&] { return taker_->is_back(); })) give_up(story + ", though " + due());
    all_said.push_back(taker_->said(""));
    taker_.reset();
  }
  const Asked& taker() const { return *taker_; }
  std::string drop() { return results.reset(), std::string{}; }

  std::vector<std::shared_ptr<Promised>> futures;
  Hands time;
  std::unique_ptr<Completed> results;
  std::vector<std::string> all_said;

 private:
  const std::shared_ptr<Promised>& future(int name) const { return futures.at(static_cast<std::size_t>(name)); }
  std::string told() const try {
    const auto came = results->next();
    if (!came) return "the end";
    const auto* known = dynamic_cast<Promised*>(came.get());
    return !known ? "what nobody gave it" : std::to_string(known->name()) + (known->is_done() ? "" : ", not done");
  } catch (const mp::TimeoutError& error) {
    return std::string{"TimeoutError: "} + error.what();
  } catch (const std::exception& error) {
    return std::string{"another error: "} + error.what();
  }
  /// Why next() should return.
  std::string due() const {
    for (const auto& each : futures)
      if (each->is_done() &&
          std::find(all_said.begin(), all_said.end(), std::to_string(each->name())) == all_said.end())
        return "future " + std::to_string(each->name()) + " is done";
    const auto is_done = [](auto& each) { return each->is_done(); };
    if (std::all_of(futures.begin(), futures.end(), is_done)) return "all were given";
    return "the timeout is over: it counts from the call of as_completed()";
  }

  const std::optional<mp::Seconds> timeout_;
  std::unique_ptr<Asked> taker_;
};

/// Numbers with blanks between them.
std::vector<int> numbers(const std::string& text) {
  std::istringstream in{text};
  std::vector<int> all;
  for (int number = 0; in >> number;) all.push_back(number);
  return all;
}
std::optional<mp::Seconds> minutes(const std::string& text) {
  return text == "none" ? std::nullopt : std::optional{std::stoi(text) * minute};
}

/// One step of a play; `of` is what it is about.
void step(Scene& scene, const std::string& what, int of) {
  if (what == "make") return scene.make(numbers(argument(2)));
  if (what == "finish") return scene.finish(of);
  if (what == "fail") return scene.finish(of, End::failed);
  if (what == "cancel") return scene.finish(of, End::cancelled);
  if (what == "later") return scene.time.pass(of * minute);
  if (what == "sleep") return scene.fall_asleep();
  if (what == "wake") return scene.wake_for_nothing();
  if (what == "together") {  // before whoever sleeps has the mutex again the future is done, and the time is over
    scene.time.instead = [&scene, of](Lock& lock) {
      lock.unlock();
      scene.finish(of);
      scene.time.pass(100 * minute);
      lock.lock();
    };
    return;
  }
  scene.next();
}

/// The rest of a play of three futures or four, one after the other.
void finish_all_but(int who, Scene& scene) {
  for (const int i : {2, 1, 0}) {
    if (i == who) continue;
    scene.fall_asleep();
    scene.finish(i);
    scene.next();
  }
  scene.next();
  grader::report("said", scene.all_said);
}

}  // namespace

/// The C library's, and something may happen before it.
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static const auto original = grader::original<int(pthread_mutex_t*)>("pthread_mutex_lock");
  once(before_lock);
  return original(mutex);
}

/// So many futures, a timeout, those that are given, and then step by step.
SCENARIO(play) {
  Scene scene{std::stoi(argument(0)), minutes(argument(1))};
  std::istringstream steps{argument(3)};
  for (std::string each; std::getline(steps, each, ',');) {
    std::istringstream in{each};
    std::string what;
    int of = 0;
    in >> what >> of;
    step(scene, what, of);
  }
  grader::report("said", scene.all_said);
}

/// The last two are done before, the others when they are asked to call back.
SCENARIO(done_before) {
  Scene scene{4};
  for (const int i : {2, 3}) scene.finish(i);
  for (const int i : {0, 1}) scene.at(i)->before_registration = [&, i] { (void)scene.at(i)->finish(End::finished); };
  scene.make(numbers(argument(0)));
  for (int i = 0; i < 5; ++i) scene.next();
  for (const auto from : {0, 2}) std::sort(scene.all_said.begin() + from, scene.all_said.begin() + from + 2);
  grader::report("said", scene.all_said);
}

/// Two threads bring what comes, in an order that nobody knows.
SCENARIO(threads) {
  const int n = std::stoi(argument(0));
  Scene scene{n};
  {
    const auto finish_every_other = [&, n](int first) {
      return [&, n, first] {
        for (int i = first; i < n; i += 2) (void)scene.at(i)->finish(End::finished);
        return std::string{};
      };
    };
    const Asked even{finish_every_other(0)};
    (void)scene.make_here();
    const Asked odd{finish_every_other(1)};
    for (int i = 0; i <= n; ++i) scene.next();
  }
  std::sort(scene.all_said.begin(), scene.all_said.end());
  grader::report("said", scene.all_said);
}

/// 3 is done before, and another at the worst moment.
SCENARIO(gap) {
  const auto& when = argument(0);
  const int who = std::stoi(argument(1));
  Scene scene{4};
  scene.finish(3);
  std::unique_ptr<Asked> bringer;
  const auto bring = [&] {
    bringer = std::make_unique<Asked>([&] { return scene.at(who)->finish(End::finished); });
    bringer->let_try();
  };
  if (when == "look") scene.at(who)->after_look = bring;
  if (when == "registration") scene.at(who)->after_registration = bring;
  scene.make({0, 1, 2, 3});
  scene.next();
  if (bringer)
    (void)bringer->said(callback_waits);
  else
    scene.finish(who);  // it does neither, or does it later
  scene.at(who)->after_look = scene.at(who)->after_registration = nullptr;
  scene.next();
  finish_all_but(who, scene);
}

/// `next` has seen that there is none, and is about to sleep.
SCENARIO(just_then) {
  const int who = std::stoi(argument(0));
  Scene scene{3};
  scene.make({0, 1, 2});
  std::unique_ptr<Asked> bringer;
  scene.time.before_sleep = [&] {
    bringer = std::make_unique<Asked>([&] { return scene.at(who)->finish(End::finished); });
    bringer->let_try();
  };
  scene.begin_next();
  scene.next(
      "next() saw that no future was done; before it slept a callback came, and next() slept on for ever. A callback "
      "must change what next() looks at while it holds the mutex of next(), so that it cannot come in between:\n"
      "next() did not return within 2 s");
  grader::report("said", scene.all_said);
}

/// `done()` says so, and the callback comes somewhat later.
SCENARIO(before_callback) {
  const int who = std::stoi(argument(0));
  Scene scene{3};
  scene.make({0, 1, 2});
  std::atomic<bool> stopped = false, go_on = false;
  scene.at(who)->before_callbacks = [&] {
    for (stopped = true; !go_on;) ::usleep(500);
  };
  {
    const Asked bringer{[&] { return scene.at(who)->finish(End::finished); }};
    (void)becomes([&] { return stopped.load(); });
    scene.begin_next();
    (void)scene.settles(0);
    const int before = scene.time.sleeps();
    scene.time.wake();  // it may look again, too
    (void)scene.settles(before);
    go_on = true;
    (void)bringer.said(callback_waits);
  }
  scene.next();
  finish_all_but(who, scene);
}

/// Many are done, and nobody takes them.
SCENARIO(untaken) {
  Scene scene{40};
  scene.finish(0);
  scene.make({});
  scene.next();
  for (int i = 1; i < 40; ++i) scene.finish(i);
  const char* asked = asked_in_callback;
  grader::report("asked", std::string{asked ? asked : ""});
}

/// A future keeps whoever adds a callback waiting; meanwhile another is done.
SCENARIO(slow_to_take_callbacks) {
  Scene scene{4};
  std::atomic<bool> stopped = false, go_on = false;
  std::atomic<int> first = -1;
  for (const auto& each : scene.futures)
    each->after_registration = [&, name = each->name()] {
      if (int none = -1; first.compare_exchange_strong(none, name)) return;
      for (stopped = true; !go_on;) ::usleep(500);
    };
  const Asked maker{[&] {
    (void)scene.make_here();
    return scene.next(), std::string{};
  }};
  if (!becomes([&] { return stopped.load(); })) give_up("next() was called, and no callbacks were added within 2 s");
  scene.finish(first);
  go_on = true;
  (void)maker.said("future " + std::to_string(first) + " was done, and next() did not return it within 2 s");
}

/// A future keeps whoever asks it waiting; meanwhile others are done.
SCENARIO(slow_to_say) {
  Scene scene{4};
  std::atomic<int> slow = 0;
  for (const auto& each : scene.futures) each->slow = &slow;
  (void)scene.make_here();
  scene.begin_next();
  (void)scene.settles(0);
  const int before = scene.time.sleeps();
  slow = 1;
  scene.finish(3);
  (void)becomes([&] { return slow == 2 || scene.taker().is_back() || scene.time.sleeps() > before; });
  scene.finish(2);
  slow = 0;
  scene.finish(1), scene.finish(0);
  scene.next();
}

/// It goes while futures are to come, in one situation or another. Then they are done, or never.
SCENARIO(abandoned) {
  const auto& when = argument(0);
  {
    Scene scene{4, minute};
    grader::fence::begin(used_after_its_end);
    scene.finish(0);
    scene.make({0, 1, 2, 3});
    scene.next();
    if (when == "one is not taken") scene.finish(2);
    if (when == "the time was over") {
      scene.begin_next();
      (void)scene.settles(0);
      scene.time.pass(2 * minute);
      scene.next();
    }
    const auto drop = [&] {
      const Asked dropper{[&] { return scene.drop(); }};
      (void)dropper.said("your AsCompleted was given up, and its destructor waited for what was still to come");
    };
    if (when == "a callback has just begun") {
      std::atomic<bool> stopped = false, go_on = false;
      const Asked bringer{[&] {
        (void)scene.at(2)->finish(End::finished, [&] {
          for (stopped = true; !go_on;) ::usleep(500);
        });
        return stopped = true, std::string{};
      }};
      (void)becomes([&] { return stopped.load(); });
      const Asked dropper{[&] { return scene.drop(); }};
      dropper.let_try();
      go_on = true;
      (void)dropper.said("your AsCompleted was given up in the middle of a callback, and did not go within 2 s");
    } else {
      drop();
    }
    for (const int i : {1, 2, 3})
      if (when != "nobody will ever finish them" && !scene.at(i)->is_done()) scene.finish(i);
    grader::fence::end();
  }
  grader::report("not_given_back", grader::fence::not_given_back.load());
}

#else

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <regex>

#include "exercises/grader/judge.hpp"

using grader::submission;
using grader::varied;
using grader::went_well;
using Words = std::vector<std::string>;

namespace {

/// What happens, step by step, and what `next` says to it.
struct Play {
  int futures;
  std::string timeout, given, steps;
  Words due;
};

/// The same with other numbers for the futures; minutes stay.
std::string renamed(const std::string& words, const std::vector<int>& numbers) {
  static const std::regex number{R"((later )?\b(\d+)\b)"};
  std::string all;
  auto from = words.begin();
  for (std::sregex_iterator at{words.begin(), words.end(), number}, end; at != end; ++at) {
    all.append(from, words.begin() + at->position());
    all += (*at)[1].matched ? at->str() : std::to_string(numbers.at(std::stoul(at->str())));
    from = words.begin() + at->position() + at->length();
  }
  return all.append(from, words.end());
}

Play renamed(Play play) {
  std::vector<int> numbers(static_cast<std::size_t>(play.futures));
  std::iota(numbers.begin(), numbers.end(), 0);
  numbers = grader::shuffled(std::move(numbers));
  play.given = renamed(play.given, numbers), play.steps = renamed(play.steps, numbers);
  for (auto& words : play.due)
    if (words.size() == 1) words = renamed(words, numbers);
  return play;
}

std::string story(const Play& play) {
  return fmt::format("futures {}; timeout: {}; what happened, in order:\n{}", play.given,
                     play.timeout == "none" ? "none" : play.timeout + " minutes", play.steps);
}

/// Where the order is free, so many that come one after another are sorted.
testing::AssertionResult plays(const Play& original, const std::vector<long>& sorted = {}) {
  auto play = renamed(original);
  const auto run = submission("play", {std::to_string(play.futures), play.timeout, play.given, play.steps});
  if (const auto well = went_well(run); !well)
    return testing::AssertionFailure() << well.message() << "\n" << story(play);
  auto said = run.value<Words>("said");
  for (auto* all : {&said, &play.due})
    for (long begin = 0; const long n : sorted) {
      const auto at = [&](long i) { return all->begin() + std::min(i, std::ssize(*all)); };
      std::sort(at(begin), at(begin + n));
      begin += n;
    }
  if (said == play.due) return testing::AssertionSuccess();
  return testing::AssertionFailure() << fmt::format("next() should give: {}\nbut it gave:        {}\n{}",
                                                    fmt::join(play.due, ", "), fmt::join(said, ", "), story(play));
}

}  // namespace

CHECK(each_once, 10, "each future comes once, also one that was given twice; then the end, again and again") {
  ASSERT_TRUE(plays({5,
                     "none",
                     "4 2 4 0 1 3 2 2",
                     "finish 2, make, finish 0, finish 1, finish 3, finish 4, next, next, next, next, next, next, next",
                     {"0", "1", "2", "3", "4", "the end", "the end"}},
                    {5}));
  ASSERT_TRUE(plays({2, "60", "1 0 1", "finish 0, finish 1, make, next, next, next", {"0", "1", "the end"}}, {2}));
  ASSERT_TRUE(plays({0, "60", "", "make, next, next", {"the end", "the end"}}));
}

CHECK(as_they_come, 20, "`next` sleeps until some future is done, whichever; those done before come first") {
  ASSERT_TRUE(plays({5,
                     "none",
                     "0 1 2 3 4",
                     "make, sleep, finish 3, next, sleep, finish 1, next, sleep, wake, wake, fail 4, next, sleep, "
                     "cancel 0, next, sleep, finish 2, next, next",
                     {"3", "1", "4", "0", "2", "the end"}}));
  ASSERT_TRUE(plays({4,
                     "60",
                     "3 2 1 0",
                     "make, sleep, wake, finish 1, next, sleep, cancel 2, next, sleep, fail 0, next, sleep, finish 3, "
                     "next, next",
                     {"1", "2", "0", "3", "the end"}}));
  for (const char* given : {"0 1 2 3 4 5", "5 4 3 2 1 0"})
    ASSERT_TRUE(plays({6,
                       "none",
                       given,
                       "finish 2, cancel 3, make, finish 4, fail 1, next, next, next, next, sleep, finish 0, next",
                       {"2", "3", "1", "4", "0"}},
                      {2, 2}));
  for (const char* given : {"0 1 2 3", "3 1 2 0"}) {
    const auto run = submission("done_before", {given});
    ASSERT_TRUE(went_well(run)) << "two of four futures were done just when your callback was added";
    ASSERT_EQ(run.value<Words>("said"), (Words{"2", "3", "0", "1", "the end"}))
        << "futures 2 and 3 were done before the call of as_completed, 0 and 1 when your callback was added: what "
           "next() "
           "gave. (Of two that may come in any order the lower is named first.)";
  }
}

CHECK(no_gap, 20, "a future that is done at the worst moment is neither lost nor given twice") {
  for (const auto& [when, how] : {std::pair{"look", "just after done() had said that it was not"},
                                  {"registration", "just before its add_done_callback() returned"}})
    for (const char* who : {"1", "0", "2"}) {
      const auto story = fmt::format("future 3 was done before, and future {} {}", who, how);
      const auto run = submission("gap", {when, who});
      ASSERT_TRUE(went_well(run)) << story;
      ASSERT_EQ(run.value<Words>("said").back(), "the end") << "what next() gave after all of them: " << story;
    }
  for (const char* who : {"2", "0", "1"}) {
    auto run = submission("just_then", {who});
    ASSERT_TRUE(went_well(run));
    ASSERT_EQ(run.value<Words>("said"), Words{who}) << "what next() gave when a callback came just before it slept";
    run = submission("before_callback", {who});
    const auto story = fmt::format("done() of future {} said so, and its callback came somewhat later", who);
    ASSERT_TRUE(went_well(run)) << story;
    ASSERT_EQ(run.value<Words>("said").back(), "the end") << "what next() gave after all of them: " << story;
  }
  const int n = varied(30, 60);
  const auto run = grader::shaken("threads", {std::to_string(n)});
  ASSERT_TRUE(went_well(run)) << "two threads finished " << n << " futures while they were taken";
  Words due{"the end"};
  for (int i = 0; i < n; ++i) due.push_back(std::to_string(i));
  std::sort(due.begin(), due.end());
  ASSERT_EQ(run.value<Words>("said"), due)
      << "what next() gave, sorted: two threads finished " << n << " futures meanwhile";
  ASSERT_TRUE(grader::no_data_race("threads", {"40"}));
}

CHECK(in_time, 20, "the timeout counts from the call of `as_completed`; what is done comes before the error") {
  const auto unfinished = [](int n, int of) {
    return fmt::format("TimeoutError: {} (of {}) futures unfinished", n, of);
  };
  ASSERT_TRUE(plays({5,
                     "0",
                     "0 1 2 3 4",
                     "finish 1, fail 3, make, next, next, next, next",
                     {"1", "3", unfinished(3, 5), unfinished(3, 5)}},
                    {2}));
  ASSERT_TRUE(plays({3,
                     "60",
                     "0 1 1 2 0",
                     "make, sleep, later 59, wake, finish 0, next, sleep, later 2, next",
                     {"0", unfinished(2, 3)}}));
  ASSERT_TRUE(plays({2, "60", "0 1", "make, later 61, next", {unfinished(2, 2)}}));
  ASSERT_TRUE(plays({3,
                     "60",
                     "0 1 2",
                     "make, finish 2, later 61, next, next, finish 0, next, next",
                     {"2", unfinished(2, 3), "0", unfinished(1, 3)}}));
  ASSERT_TRUE(plays({3, "60", "0 1 2", "make, together 1, next, next", {"1", unfinished(2, 3)}}))
      << "together 1: future 1 is done and the time is over when time.sleep() returns";
  ASSERT_TRUE(
      plays({2, "60", "0 1", "make, finish 0, finish 1, later 61, next, next, next", {"0", "1", "the end"}}, {2}));
  ASSERT_TRUE(
      plays({2, "none", "0 1", "make, sleep, later 9999999, wake, finish 1, next, sleep, finish 0, next", {"1", "0"}}));
}

CHECK(quick, 10, "a callback asks nobody and waits for nobody: not for who takes, nor for a slow future") {
  auto run = submission("untaken");
  ASSERT_TRUE(went_well(run)) << "40 futures were done, and one was taken";
  ASSERT_EQ(run.value<std::string>("asked"), "")
      << "what a callback called. It has no need to ask: that it was called says that the future is done";
  ASSERT_TRUE(went_well(submission("slow_to_take_callbacks")))
      << "add_done_callback() of one future took long, and another was done meanwhile: hold no mutex while you call it";
  ASSERT_TRUE(went_well(submission("slow_to_say")))
      << "done() of a future took long, and others were done meanwhile: hold no mutex while you call it";
}

CHECK(abandoned, 20, "who gives up half-way waits for nobody, and callbacks that come later harm nobody") {
  for (const char* when : {"none is left to take", "one is not taken", "the time was over", "a callback has just begun",
                           "nobody will ever finish them"}) {
    const auto run = submission("abandoned", {when});
    ASSERT_TRUE(went_well(run)) << "an AsCompleted was given up with futures to come, when " << when;
    ASSERT_EQ(run.value<int>("not_given_back"), 0)
        << "pieces of memory that remained when your AsCompleted and all futures were gone: " << when
        << ".\nA future keeps its callbacks until it is done. If what they share keeps futures that are not done, they "
           "keep each other";
  }
}
#endif
