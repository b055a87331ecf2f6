// The checks of exercise 03_3. The first half lives in the submission's program, the second judges it.
//
// Rare schedules are made to happen every time: a process is held at a point of the conditions that the exercise hands
// out, or where it is about to take a lock, until others have done what they should not get in between.
#ifdef IN_SUBMISSION

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "common/clock.hpp"
#include "common/descriptor.hpp"
#include "common/point.hpp"
#include "common/raw_array.hpp"
#include "exercises/grader/stage.hpp"

// The submission's.
struct Buffer {
  virtual ~Buffer() = default;
  virtual bool put(int number) = 0;
  virtual std::optional<int> get() = 0;
  virtual void close() = 0;
};
std::unique_ptr<Buffer> make_buffer(int capacity);

/// An mp::Lock first tries to take its mutex without waiting: there, processes can be held that are about to lock.
extern "C" int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  mp::point("lock");
  static const auto next = grader::original<int(pthread_mutex_t*)>("pthread_mutex_trylock");
  return next(mutex);
}

namespace {

using grader::Counters;
using grader::rests;
using Texts = std::vector<std::string>;

/// A point that children pass. Shut, it holds them; deadly, it kills the first of them, so many.
struct Place {
  std::atomic<int> shut, deadly;
};
const mp::RawArray<Place> places{3};
Place& at_wait = places[0];  // about to wait, with the lock held
Place& at_wake = places[1];  // woken, but without the lock
Place& at_lock = places[2];  // about to take a lock

const std::function<void(std::string_view)> pass = [](std::string_view point) {
  Place& place = point == "wait" ? at_wait : point == "wake" ? at_wake : at_lock;
  if (place.deadly > 0 && place.deadly-- > 0) ::raise(SIGKILL);
  for (const mp::Deadline end{mp::Seconds{4}}; place.shut != 0 && !end.passed();) ::usleep(2'000);
};

/// A child that is known to be alive, and what it has cost.
class Child : public grader::Child {
 public:
  explicit Child(const std::function<void()>& body) : grader::Child{body} { alive.insert(pid()); }
  Child(Child&&) = default;
  ~Child() {
    const pid_t mine = pid();
    kill();
    alive.erase(mine);
  }
  bool is_at_rest() const { return rests(pid()); }
  /// How often it has stopped running, to sleep or for others.
  int switches() const {
    const std::string status = mp::read_text("/proc/" + std::to_string(pid()) + "/status").value_or("");
    int sum = 0;
    for (auto at = status.find("ctxt_switches:"); at != std::string::npos; at = status.find("ctxt_switches:", at + 1))
      sum += std::atoi(status.c_str() + at + std::strlen("ctxt_switches:"));
    return sum;
  }
  static inline std::set<pid_t> alive;
};
using Children = std::vector<Child>;

/// Children that the places hold.
Children crowd(int n, const std::function<void()>& body) {
  Children all;
  for (int i = 0; i < n; ++i)
    all.emplace_back([&] {
      mp::at_point = &pass;
      body();
    });
  return all;
}

double cpu_seconds(const Children& all) {
  return std::accumulate(all.begin(), all.end(), 0.0,
                         [](double sum, auto& child) { return sum + child.processor_time().count(); });
}

/// Waits until nobody of them has had anything to do for many looks in a row. Not for ever, for somebody may spin; and
/// where somebody did once, not for long.
void let_rest(const Children& all) {
  static bool somebody_spins = false;
  const double enough = cpu_seconds(all) + 0.06;
  const mp::Deadline end{mp::Seconds{somebody_spins ? 0.2 : 2}};
  for (int looks = 0; looks < 20; ::usleep(1'000)) {
    if (end.passed() || cpu_seconds(all) > enough) return void(somebody_spins = true);
    looks = std::all_of(all.begin(), all.end(), [](auto& child) { return child.is_at_rest(); })
                ? looks + 1
                : std::max(0, looks - 5);
  }
}

/// The same children, once all of them rest.
Children resting(int n, const std::function<void()>& body) {
  Children all = crowd(n, body);
  let_rest(all);
  return all;
}

/// Waits until the number is `wanted` or more; whether it is. No more than 5 s, and less when all children have been
/// asleep for so long that nobody will ever wake them.
bool reaches(const std::atomic<int>& number, int wanted) {
  const mp::Deadline end{mp::Seconds{5}};
  for (int looks = 0; number < wanted; ::usleep(1'000)) {
    if (looks == 500 || end.passed()) return false;
    looks = std::all_of(Child::alive.begin(), Child::alive.end(), rests) ? looks + 1 : std::max(0, looks - 5);
  }
  return true;
}

/// What children tell, in the order in which they tell it.
class List {
 public:
  void add(std::optional<int> number) {
    cells_[++cells_[0]] = number.value_or(nothing);
    ++told_[0];
  }
  const std::atomic<int>& size() const { return told_[0]; }
  Texts texts() const {
    Texts all;
    for (int i = 1; i <= told_[0]; ++i) all.push_back(cells_[i] == nothing ? "nothing" : std::to_string(cells_[i]));
    return all;
  }

 private:
  static constexpr int nothing = INT_MIN;
  Counters cells_{1'000}, told_{1};
};

/// What another process gets out of the buffer, unless it waits for ever.
Texts taken(Buffer& buffer, int n) {
  List list;
  const Child taker{[&] {
    for (int i = 0; i < n; ++i) list.add(buffer.get());
  }};
  (void)reaches(list.size(), n);
  return list.texts();
}

/// How many of the numbers another process can put.
int put_all(Buffer& buffer, const std::vector<int>& numbers) {
  const Counters tried{1}, put{1};
  const Child putter{[&] {
    for (const int number : numbers) put[0] += buffer.put(number) ? 1 : 0, ++tried[0];
  }};
  (void)reaches(tried[0], static_cast<int>(numbers.size()));
  return put[0];
}

/// Fills the buffer, however much that takes, with 1, 2, 3…: by a process that is killed when it waits. How many.
int fill(Buffer& buffer) {
  const Counters put{1};
  const Children putter = resting(1, [&] {
    while (put[0] < 50 && buffer.put(put[0] + 1)) ++put[0];
  });
  return put[0];
}

Texts sorted(Texts all) {
  std::sort(all.begin(), all.end());
  return all;
}

/// How many numbers, of at most `n`, another process gets out of the buffer.
int count_taken(Buffer& buffer, int n) {
  const Texts all = taken(buffer, n);
  return static_cast<int>(all.size() - static_cast<std::size_t>(std::count(all.begin(), all.end(), "nothing")));
}

/// Runs the handler of a signal in a child that waits: its system call ends, with nothing that it waited for.
void interrupt(const Children& all) {
  for (int i = 0; i < 2; ++i) {
    for (const Child& child : all) child.signal(SIGUSR1);
    let_rest(all);
  }
}
void handle_signals() {
  struct sigaction action {};  // without SA_RESTART
  action.sa_handler = [](int) {};
  ::sigaction(SIGUSR1, &action, nullptr);
}

}  // namespace

SCENARIO(order) {
  const auto buffer = make_buffer(4);
  List seen;
  const Child alone{[&] {
    for (const int round : {grader::number(0), 10, 20}) {
      for (int i = 0; i < 3; ++i) (void)buffer->put(round + i);
      for (int i = 0; i < 3; ++i) seen.add(buffer->get());
    }
  }};
  (void)reaches(seen.size(), 9);
  grader::report("seen", seen.texts());
}

SCENARIO(bounded) {
  const int capacity = std::stoi(grader::argument(0));
  const auto buffer = make_buffer(capacity);
  const Counters done{1};
  const Children putter = resting(1, [&] {
    for (int i = 0; i < capacity + 3; ++i) done[0] += buffer->put(i) ? 1 : 0;
  });
  grader::report("before", done[0].load());
  (void)taken(*buffer, 1);
  (void)reaches(done[0], capacity + 1);
  let_rest(putter);
  grader::report("after", done[0].load());
}

SCENARIO(waits) {
  const auto buffer = make_buffer(2);
  List got;
  const Children getter = resting(1, [&] { got.add(buffer->get()); });
  grader::report("early", got.texts());
  (void)put_all(*buffer, {grader::number(0)});
  (void)reaches(got.size(), 1);
  grader::report("got", got.texts());
}

SCENARIO(no_reason_get) {
  handle_signals();
  const auto buffer = make_buffer(2);
  List got;
  const Children getter = resting(1, [&] { got.add(buffer->get()); });
  interrupt(getter);
  grader::report("early", got.texts());
  (void)put_all(*buffer, {5});
  (void)reaches(got.size(), 1);
  grader::report("got", got.texts());
}

SCENARIO(no_reason_put) {
  handle_signals();
  const auto buffer = make_buffer(2);
  (void)fill(*buffer);
  const Counters put{1};
  const Children putter = resting(1, [&] { put[0] += buffer->put(100) ? 1 : 0; });
  interrupt(putter);
  grader::report("early", put[0].load());
  (void)taken(*buffer, 1);
  grader::report("came", reaches(put[0], 1));
}

/// Two processes put where there is room for one: one of them is about to lock while the other puts.
SCENARIO(late_put) {
  const auto buffer = make_buffer(2);
  (void)fill(*buffer);
  (void)taken(*buffer, 1);
  const Counters put{1};
  const auto put_one = [&] { put[0] += buffer->put(100) ? 1 : 0; };
  at_lock.shut = 1;
  const Children late = resting(1, put_one);
  Children early;
  early.emplace_back(put_one);
  let_rest(early);
  at_lock.shut = 0;
  (void)reaches(put[0], 1);
  let_rest(late);
  grader::report("put", put[0].load());
}

/// Two processes get where there is one number.
SCENARIO(late_get) {
  const auto buffer = make_buffer(2);
  (void)put_all(*buffer, {1});
  List got;
  const auto get_one = [&] { got.add(buffer->get()); };
  at_lock.shut = 1;
  const Children late = resting(1, get_one);
  Children early;
  early.emplace_back(get_one);
  let_rest(early);
  at_lock.shut = 0;
  (void)reaches(got.size(), 1);
  let_rest(late);
  grader::report("got", got.texts());
}

/// A process is about to lock in `put`; the buffer is closed, and somebody sees its end.
SCENARIO(late_close) {
  const auto buffer = make_buffer(2);
  const Counters put{1};
  at_lock.shut = 1;
  const Children late = resting(1, [&] { put[0] += buffer->put(100) ? 1 : 0; });
  {
    Children closer;
    closer.emplace_back([&] { buffer->close(); });
    let_rest(closer);
  }
  const bool ended = taken(*buffer, 1) == Texts{"nothing"};
  at_lock.shut = 0;
  let_rest(late);
  grader::report("lost", ended && put[0] == 1);
}

/// A process has looked, and is about to wait, the lock in its hand: what changes now must not be missed.
SCENARIO(missed) {
  const std::string change = grader::argument(0);
  const auto buffer = make_buffer(2);
  if (change == "get") (void)fill(*buffer);
  const Counters back{1};
  at_wait.shut = 1;
  const Children waiter = resting(1, [&] {
    if (change == "get")
      (void)buffer->put(100);
    else
      (void)buffer->get();
    ++back[0];
  });
  grader::report("early", back[0].load());
  Children changer;
  changer.emplace_back([&] {
    if (change == "get") (void)buffer->get();
    if (change == "put") (void)buffer->put(100);
    if (change == "close") buffer->close();
  });
  let_rest(changer);
  at_wait.shut = 0;
  grader::report("came", reaches(back[0], 1));
}

/// Three processes wait in `get`; while the first is being woken, another puts two numbers, and may have to wait.
SCENARIO(crossed) {
  const auto buffer = make_buffer(1);
  List got;
  const Children getters = resting(3, [&] { got.add(buffer->get()); });
  at_wake.shut = 1;
  Children putter;
  putter.emplace_back([&] { (void)buffer->put(1), (void)buffer->put(2); });
  let_rest(putter);
  at_wake.shut = 0;
  (void)reaches(got.size(), 2);
  let_rest(getters);
  grader::report("got", sorted(got.texts()));
}

SCENARIO(many) {
  constexpr int each = 50;
  const int putters = std::stoi(grader::argument(0)), getters = std::stoi(grader::argument(1));
  const auto buffer = make_buffer(2);
  const Counters seen{static_cast<std::size_t>(putters * each)}, next{1}, strange{1}, taken{1};
  at_lock.shut = 1;  // all come to their first lock at once
  Children children = crowd(putters, [&] {
    for (int i = 0, first = each * next[0]++; i < each; ++i) (void)buffer->put(first + i);
  });
  for (Child& child : crowd(getters, [&] {
         for (;; ++taken[0]) {
           const int number = buffer->get().value_or(-1);
           ++(number < 0 || number >= putters * each ? strange[0] : seen[number]);
         }
       }))
    children.push_back(std::move(child));
  let_rest(children);
  at_lock.shut = 0;
  (void)reaches(taken[0], putters * each);
  grader::report("strange", strange[0].load());
  grader::report("once", static_cast<int>(std::count(seen.begin(), seen.end(), 1)));
}

SCENARIO(closes_get) {
  const auto buffer = make_buffer(2);
  List got;
  const Children getters = resting(3, [&] { got.add(buffer->get()); });
  const Child closer{[&] { buffer->close(); }};
  (void)reaches(got.size(), 3);
  grader::report("got", got.texts());
}

SCENARIO(closes_put) {
  const auto buffer = make_buffer(2);
  const int within = fill(*buffer);
  const Counters put{1}, refused{1};
  const Children putters = resting(3, [&] { ++(buffer->put(100) ? put[0] : refused[0]); });
  const Child closer{[&] { buffer->close(); }};
  (void)reaches(refused[0], 3);
  grader::report("refused", refused[0].load());
  grader::report("within", within);
  grader::report("left", count_taken(*buffer, within));
}

/// A process waits in `put`; the buffer is closed, and before that process is awake there is room.
SCENARIO(closed_full) {
  const auto buffer = make_buffer(2);
  (void)fill(*buffer);
  const Counters put{1}, refused{1};
  const Children putter = resting(1, [&] { ++(buffer->put(100) ? put[0] : refused[0]); });
  at_wake.shut = 1;
  {
    Children closer;
    closer.emplace_back([&] { buffer->close(); });
    let_rest(closer);
  }
  (void)taken(*buffer, 1);
  at_wake.shut = 0;
  (void)reaches(refused[0], 1);
  grader::report("put", put[0].load());
}

SCENARIO(closed) {
  const auto buffer = make_buffer(4);
  (void)put_all(*buffer, {1, 2});
  {
    Children closer;
    closer.emplace_back([&] { buffer->close(); });
    let_rest(closer);
  }
  grader::report("put", put_all(*buffer, {3}));
  grader::report("left", sorted(taken(*buffer, 4)));
}

/// Children are killed while they wait in `get`, and in `put`; then others use the buffer.
SCENARIO(killed) {
  const auto buffer = make_buffer(2);
  (void)resting(3, [&] { (void)buffer->get(); });
  const int within = fill(*buffer);
  (void)resting(3, [&] { (void)buffer->put(100); });
  grader::report("within", within);
  grader::report("got", count_taken(*buffer, within));
  grader::report("again", fill(*buffer));
}

/// One process more than shall die waits in `get`; the first that wake are killed as they do.
SCENARIO(dies_in_get) {
  const int deaths = grader::number(0);
  const auto buffer = make_buffer(2);
  List got;
  const Children getters = resting(deaths + 1, [&] { got.add(buffer->get()); });
  at_wake.deadly = deaths;
  (void)put_all(*buffer, {7});
  (void)reaches(got.size(), 1);
  grader::report("got", got.texts());
}

SCENARIO(dies_in_put) {
  const int deaths = grader::number(0);
  const auto buffer = make_buffer(2);
  (void)fill(*buffer);
  const Counters put{1};
  const Children putters = resting(deaths + 1, [&] { put[0] += buffer->put(100) ? 1 : 0; });
  at_wake.deadly = deaths;
  (void)taken(*buffer, 1);
  (void)reaches(put[0], 1);
  grader::report("put", put[0].load());
}

SCENARIO(sleeps) {
  const bool in_get = grader::argument(0) == "get";
  const auto buffer = make_buffer(2);
  const Counters back{1};
  const Children waiter = resting(1, [&] {
    if (in_get) (void)buffer->get();
    for (int i = 0; !in_get && i < 50; ++i) (void)buffer->put(i);
    ++back[0];
  });
  const int before = waiter[0].switches();
  int awake = 0;
  for (int i = 0; i < 100; ++i, ::usleep(3'000)) awake += waiter[0].is_at_rest() ? 0 : 1;
  grader::report("awake", awake);
  grader::report("wakes", waiter[0].switches() - before);
  grader::report("back", back[0].load());
}

#else

#include "exercises/grader/judge.hpp"

using grader::submission;
using grader::varied;
using Texts = std::vector<std::string>;

CHECK(order, 10, "numbers come out as they went in, and in that order") {
  const int first = varied(100, 1'000);
  EXPECT_EQ(submission("order", {std::to_string(first)}).value<Texts>("seen"),
            (Texts{std::to_string(first), std::to_string(first + 1), std::to_string(first + 2), "10", "11", "12", "20",
                   "21", "22"}))
      << "one process, a buffer for 4: three times it put three numbers and took three";
}

CHECK(bounded, 10, "`put` waits while `capacity` numbers are in it, and only then") {
  for (const int capacity : {1, varied(2, 7)}) {
    const auto run = submission("bounded", {std::to_string(capacity)});
    ASSERT_EQ(run.value<int>("before"), capacity)
        << "numbers that went into a buffer for " << capacity << " before any was taken";
    ASSERT_EQ(run.value<int>("after"), capacity + 1)
        << "a process waited in put, then another took one number: how many had gone in then";
  }
}

CHECK(waits, 10, "`get` waits until there is a number") {
  const auto number = std::to_string(varied(0, 1'000));
  const auto run = submission("waits", {number});
  ASSERT_EQ(run.value<Texts>("early"), Texts{}) << "what get returned though nothing had been put";
  ASSERT_EQ(run.value<Texts>("got"), Texts{number})
      << "a process waited in get, then another put " << number << ": what the first got";
}

CHECK(no_reason, 15, "a wait that ends for no reason does no harm") {
  const auto get = submission("no_reason_get");
  ASSERT_EQ(get.value<Texts>("early"), Texts{})
      << "a process waited in get and handled a signal, so its wait ended: what get returned though nothing had been "
         "put. Whoever wakes has to look again";
  ASSERT_EQ(get.value<Texts>("got"), Texts{"5"}) << "after that another process put 5: what the one in get got";
  const auto put = submission("no_reason_put");
  ASSERT_EQ(put.value<int>("early"), 0)
      << "a process waited in put and handled a signal, so its wait ended: numbers that it put though the buffer was "
         "full. Whoever wakes has to look again";
  ASSERT_TRUE(put.value<bool>("came")) << "after that a number was taken, but put did not return true";
}

CHECK(locked, 10, "whoever looks and then acts, or sleeps, lets nobody in between") {
  ASSERT_EQ(submission("late_put").value<int>("put"), 1)
      << "there was room for one, and two processes put, one of them while the other was about to take the lock: "
         "numbers that went in. What is seen without the lock may be over once you have it";
  ASSERT_EQ(submission("late_get").value<Texts>("got"), Texts{"1"})
      << "there was one number, and two processes called get, one of them while the other was about to take the lock: "
         "what came out";
  for (const char* change : {"put", "get", "close"}) {
    const auto run = submission("missed", {change});
    ASSERT_EQ(run.value<int>("early"), 0) << "a process did not wait where it should";
    ASSERT_TRUE(run.value<bool>("came"))
        << "a process had seen that it has to wait, and held the lock; just then another called " << change
        << ", and the first slept on: whoever changes something holds the lock, and then notifies those "
           "who wait for it";
  }
}

CHECK(many, 15, "many processes put and get: each number comes out once") {
  ASSERT_EQ(submission("crossed").value<Texts>("got"), (Texts{"1", "2"}))
      << "three processes waited in get of a buffer for one; another put 1, and put 2, which waits for room, before "
         "the first was quite awake: what they got. Does each change wake one who can use it?";
  for (const auto& [putters, getters] : {std::pair{1, 1}, {1, 4}, {3, 1}, {varied(2, 5), varied(2, 5)}}) {
    const auto run = grader::shaken("many", {std::to_string(putters), std::to_string(getters)});
    ASSERT_EQ(run.value<int>("strange"), 0) << "what came out that nobody had put in";
    ASSERT_EQ(run.value<int>("once"), putters * 50)
        << "numbers that came out exactly once: 50 by each process that puts (" << putters << "), taken by " << getters;
  }
}

CHECK(closes, 15, "`close` reaches everybody who waits; what is in it still comes out, and nothing goes in") {
  ASSERT_EQ(submission("closes_get").value<Texts>("got"), Texts(3, "nothing"))
      << "three processes waited in get when the buffer was closed: what they came back with";
  const auto put = submission("closes_put");
  ASSERT_EQ(put.value<int>("refused"), 3)
      << "three processes waited in put when the buffer was closed: for how many put returned false";
  ASSERT_EQ(put.value<int>("left"), put.value<int>("within")) << "numbers that came out of a full buffer after close";
  ASSERT_EQ(submission("closed_full").value<int>("put"), 0)
      << "a process waited in put when the buffer was closed, and a number was taken before it was awake: numbers that "
         "it put all the same";
  const auto closed = submission("closed");
  ASSERT_EQ(closed.value<int>("put"), 0) << "numbers that went in after close";
  ASSERT_EQ(closed.value<Texts>("left"), (Texts{"1", "2", "nothing", "nothing"}))
      << "1 and 2 were in it when it was closed: what four calls of get gave then";
  ASSERT_FALSE(submission("late_close").value<bool>("lost"))
      << "a process in put was about to take the lock; then another closed the buffer, and get gave nothing any more. "
         "Still put returned true: nobody will get that number";
}

CHECK(killed, 10, "a process that is killed while it waits, or as it wakes, harms nobody") {
  const auto run = submission("killed");
  ASSERT_FALSE(run.value<int>("within") == 0)
      << "processes were killed while they waited in get; then nothing could be put";
  ASSERT_EQ(run.value<int>("got"), run.value<int>("within"))
      << "processes were killed while they waited in put: numbers that could be taken then";
  ASSERT_EQ(run.value<int>("again"), run.value<int>("within")) << "numbers that could be put after that";
  for (const int deaths : {1, 3}) {
    const auto n = std::to_string(deaths);
    const std::string first = deaths == 1 ? "the one that woke first was" : "the " + n + " that woke first were";
    ASSERT_EQ(submission("dies_in_get", {n}).value<Texts>("got"), Texts{"7"})
        << deaths + 1 << " processes waited in get; 7 was put, and " << first
        << " killed before it was taken: what the "
        << "last one got. A wake that goes to some processes alone dies with them";
    ASSERT_EQ(submission("dies_in_put", {n}).value<int>("put"), 1)
        << deaths + 1 << " processes waited in put; a number was taken, and " << first << " killed before another was "
        << "put: numbers that went in. A wake that goes to some processes alone dies with them";
  }
}

CHECK(sleeps, 5, "whoever waits sleeps, and wakes for a reason") {
  for (const char* call : {"get", "put"}) {
    const auto run = submission("sleeps", {call});
    ASSERT_EQ(run.value<int>("back"), 0) << "a process did not wait in " << call << " where it should";
    const int awake = run.value<int>("awake"), wakes = run.value<int>("wakes");
    ASSERT_FALSE(awake > 10) << "a process waited in " << call << ": in " << awake
                             << " of 100 looks it was not asleep. "
                             << "Who waits should sleep until somebody notifies it";
    ASSERT_FALSE(wakes > 10) << "a process waited in " << call << " for 0.3 s, and nothing happened: it woke " << wakes
                             << " times. Who waits should sleep until somebody notifies it";
  }
}

#endif
