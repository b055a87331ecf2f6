// The checks of exercise 04_2. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <functional>
#include <sstream>

#include "04_manager/manager.hpp"
#include "common/clock.hpp"
#include "common/descriptor.hpp"
#include "common/point.hpp"
#include "common/raw_array.hpp"
#include "exercises/grader/stage.hpp"

// The submission's.
using Stock = mp::Proxy<mp::Dict<std::string, long>>;
using Shelves = mp::Proxy<mp::Dict<std::string, std::vector<std::string>>>;
bool take(const Stock& stock, const std::string& item, long n);
void deliver(const Stock& stock, const std::string& item, long n);
bool carry(const Stock& from, const Stock& to, const std::string& item, long n);
void note(const Shelves& shelves, const std::string& item, const std::string& place);

namespace {

using grader::Counters;
using grader::Gate;
using grader::reaches;
using grader::trouble;

struct Child : grader::Child {
  explicit Child(const std::function<void()>& body)
      : grader::Child{body,
                      [](auto& error) { trouble(std::string{"a call of your functions threw: "} + error.what()); }} {}
};

/// Do all children rest, the manager's server among them?
bool all_rest() {
  std::istringstream children{mp::read_text("/proc/thread-self/children").value_or("")};
  for (pid_t pid; children >> pid;)
    if (!grader::rests(pid)) return false;
  return true;
}
void give_a_chance(const std::function<bool()>& they_have) { grader::let_them_try(all_rest, they_have); }

/// Where this process can be stopped: before it sends a message, and whenever it has given a mutex back.
void point() { mp::point("stock"); }

/// The first is the first message.
void at_point(int n, const std::function<void()>& what) { grader::at_point("stock", n, what); }

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& each : all) text += (text.empty() ? "" : ", ") + each;
  return text;
}

std::string said(const Counters& answers, const char* yes = "true", const char* no = "false") {
  std::vector<std::string> all;
  for (const auto& each : answers) all.push_back(each != 0 ? yes : no);
  return joined(all);
}

/// Two stocks and shelves, in a manager's server.
struct House {
  explicit House(long in_cellar = 100, long in_shop = 0) {
    cellar.set("nails", in_cellar);
    if (in_shop > 0) shop.set("nails", in_shop);
    shelves.set("nails", std::vector<std::string>{"row 9"});
  }

  static std::string text(const Stock& stock) {
    std::vector<std::string> lines;
    for (const auto& [item, n] : stock.items()) lines.push_back(item + " " + std::to_string(n));
    std::sort(lines.begin(), lines.end());
    return joined(lines);
  }
  void report() const {
    grader::report("cellar", text(cellar));
    grader::report("shop", text(shop));
    std::vector<std::string> lines;
    for (auto [item, places] : shelves.items()) {
      std::sort(places.begin(), places.end());
      lines.push_back(item + " in " + joined(places));
    }
    grader::report("shelves", joined(lines));
  }

  mp::Manager manager;
  Stock cellar = manager.make_dict<std::string, long>(), shop = manager.make_dict<std::string, long>();
  Shelves shelves = manager.make_dict<std::string, std::vector<std::string>>();
};

/// One of the calls, made by a worker of that number.
void work(const House& house, const std::string& call, int worker) {
  const std::string item = call.ends_with(" new") ? "hooks" : "nails", place = "row " + std::to_string(worker);
  if (call.starts_with("take") && !take(house.cellar, item, 1)) trouble("take returned false where there are enough");
  if (call.starts_with("deliver")) deliver(house.cellar, item, 1);
  if (call.starts_with("note")) note(house.shelves, item, place);
}

constexpr auto did_not_return = "a call of your functions did not return within 2 s";
constexpr auto others_stuck =
    "one worker had been stopped for a while and went on, but not all of them came to their end within 2 s";

/// A worker is stopped at its n-th point, in the middle of a call, and the others make theirs meanwhile, if they can.
void interrupted(const House& house, const std::string& call, int n) {
  const Gate gate;
  const Counters ended{1};
  const Child first{[&] {
    at_point(n, [&] { gate.stop(); });
    work(house, call, 0);
    gate.pass();  // if it had not so many points
    ++ended[0];
  }};
  if (!gate.reached()) return trouble(did_not_return);
  std::vector<Child> others;
  for (const int worker : {1, 2})
    others.emplace_back([&, worker] {
      for (int i = 0; i < 3; ++i) work(house, call, worker);
      ++ended[0];
    });
  give_a_chance([&] { return ended[0] >= 2; });
  gate.open();
  if (!reaches(ended[0], 3)) return trouble(others_stuck);
  house.report();
}

}  // namespace

/// The C library's, and a point before it.
extern "C" ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  static const auto original = grader::original<ssize_t(int, const msghdr*, int)>("sendmsg");
  point();
  return original(socket, message, flags);
}

/// The C library's, and a point after it: what is locked for each message alone is free only between them.
extern "C" int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  static const auto original = grader::original<int(pthread_mutex_t*)>("pthread_mutex_unlock");
  const int code = original(mutex);
  point();
  return code;
}

/// Nobody else comes.
SCENARIO(alone) {
  const House house{10};
  const Counters answers{7}, ended{1};
  const Child worker{[&] {
    const auto& [manager, cellar, shop, shelves] = house;
    answers[0] = take(cellar, "nails", 3);
    answers[1] = take(cellar, "nails", 8);
    deliver(cellar, "nails", 2);
    deliver(cellar, "hooks", 4);
    answers[2] = carry(cellar, shop, "nails", 5);
    answers[3] = carry(cellar, shop, "nails", 5);
    answers[4] = carry(cellar, shop, "hooks", 5);
    answers[5] = take(cellar, "nails", 4);
    answers[6] = take(cellar, "nails", 1);
    ended[0] = 1;
  }};
  if (!reaches(ended[0], 1)) return trouble(did_not_return);
  grader::report("answers", said(answers));
  house.report();
}

SCENARIO(interrupted) { interrupted(House{grader::number(2)}, grader::argument(0), std::stoi(grader::argument(1))); }

/// All take and deliver at once, and nobody arranges who comes when.
SCENARIO(crowd) {
  const int workers = grader::number(0);
  const House house{grader::number(1)};
  const Counters ended{1};
  std::vector<Child> all;
  for (int w = 0; w < workers; ++w)
    all.emplace_back([&] {
      for (int i = 0; i < 5; ++i) {
        take(house.cellar, "nails", 1);
        deliver(house.cellar, "nails", 2);
      }
      ++ended[0];
    });
  if (!reaches(ended[0], workers)) return trouble(others_stuck);
  house.report();
}

/// A worker is stopped in the middle of taking; meanwhile another takes the last piece, if it can.
SCENARIO(last_piece) {
  const int n = std::stoi(grader::argument(0));
  const House house{1};
  const Gate gate;
  const Counters got{2}, ended{2};
  const Child first{[&] {
    at_point(n, [&] { gate.stop(); });
    got[0] = take(house.cellar, "nails", std::stol(grader::argument(1)));
    gate.pass();
    ++ended[0];
  }};
  if (!gate.reached()) return trouble(did_not_return);
  grader::report("seen", house.cellar.get("nails"));
  const Child second{[&] {
    got[1] = take(house.cellar, "nails", 1);
    ended[1] = 1;
  }};
  give_a_chance([&] { return ended[1] == 1; });
  gate.open();
  if (!reaches(ended[0], 1) || !reaches(ended[1], 1)) return trouble(others_stuck);
  grader::report("winners", got[0] + got[1]);
  grader::report("answers", said(got));
  house.report();
}

/// One who notes places, and nobody else.
SCENARIO(noted) {
  const House house;
  const Counters ended{1};
  const Child worker{[&] {
    for (const char* place : {"row 3", "row 1"}) note(house.shelves, "nails", place);
    note(house.shelves, "hooks", "row 2");
    ended[0] = 1;
  }};
  if (!reaches(ended[0], 1)) return trouble(did_not_return);
  house.report();
  grader::report("in_order", joined(house.shelves.get("nails")));
}

/// Three want to carry five of ten pieces. The first is stopped in the middle of it; meanwhile somebody counts all that
/// is there, and the others carry, if they can.
SCENARIO(carried) {
  const int n = std::stoi(grader::argument(0));
  const House house{10, 1};
  const Gate gate;
  const Counters carried{1}, ended{1};
  const auto carry_five = [&] { carried[0] += carry(house.cellar, house.shop, "nails", 5); };
  const Child first{[&] {
    at_point(n, [&] { gate.stop(); });
    carry_five();
    gate.pass();
    ++ended[0];
  }};
  if (!gate.reached()) return trouble(did_not_return);
  grader::report("seen", house.cellar.get("nails") + house.shop.get("nails"));
  std::vector<Child> others;
  for (int i = 0; i < 2; ++i)
    others.emplace_back([&] {
      carry_five();
      ++ended[0];
    });
  give_a_chance([&] { return ended[0] >= 2; });
  gate.open();
  if (!reaches(ended[0], 3)) return trouble(others_stuck);
  grader::report("carried", carried[0].load());
  house.report();
}

/// Somebody carries from the cellar to the shop, and is stopped; another carries from the shop to the cellar.
SCENARIO(crossed) {
  const int n = std::stoi(grader::argument(0));
  const House house{10, 10};
  const Gate gate;
  const Counters carried{1}, ended{2};
  const Child first{[&] {
    at_point(n, [&] { gate.stop(); });
    carried[0] += carry(house.cellar, house.shop, "nails", 5);
    gate.pass();
    ++ended[0];
  }};
  if (!gate.reached()) return trouble(did_not_return);
  const Child second{[&] {
    for (int i = 0; i < 2; ++i) carried[0] += carry(house.shop, house.cellar, "nails", 5);
    ended[1] = 1;
  }};
  give_a_chance([&] { return ended[1] == 1; });
  gate.open();
  if (!reaches(ended[0], 1) || !reaches(ended[1], 1)) return trouble(others_stuck);
  grader::report("carried", carried[0].load());
  house.report();
}

/// From a stock to itself.
SCENARIO(nowhere) {
  const House house{10};
  const Counters answers{2}, ended{1};
  const Child worker{[&] {
    answers[0] = carry(house.cellar, house.cellar, "nails", 10);
    answers[1] = carry(house.cellar, house.cellar, "nails", 11);
    ended[0] = 1;
  }};
  if (!reaches(ended[0], 1)) return trouble("carry from a stock to itself did not return within 2 s");
  grader::report("answers", said(answers));
  house.report();
}

/// The other stock's manager ends: before a worker carries, or while it is stopped at its n-th point.
SCENARIO(gone) {
  const int n = std::stoi(grader::argument(0));
  const House house{10};
  mp::Manager elsewhere;
  const Stock other = elsewhere.make_dict<std::string, long>();
  const Gate gate;
  const Counters answer{2}, ended{1};
  const Child worker{[&] {
    if (n > 0) at_point(n, [&] { gate.stop(); });
    if (n == 0) gate.stop();
    try {
      answer[0] = carry(house.cellar, other, "nails", 5);
    } catch (const std::runtime_error&) {
      answer[1] = 1;
    } catch (const std::exception&) {
      trouble("carry threw another error than the one that the manager's end has caused: `throw;` throws that on");
    }
    gate.pass();
    ended[0] = 1;
  }};
  if (!gate.reached()) return trouble(did_not_return);
  elsewhere.shutdown();
  gate.open();
  if (!reaches(ended[0], 1))
    return trouble("carry into a stock whose manager is gone did not return within 2 s: is something locked still?");
  grader::report("said", std::string{answer[1] ? "an error" : answer[0] ? "true" : "false"});
  house.report();
}

/// What is not listed is asked for; afterwards another worker takes what is, and the same one.
SCENARIO(unknown) {
  const House house{10};
  const Gate gate;
  const Counters thrown{2}, other{1}, same{1};
  const auto expect_error = [&](int i, const auto& call) {
    try {
      call();
    } catch (const std::out_of_range&) {
      thrown[i] = 1;
    }
  };
  const Child worker{[&] {
    expect_error(0, [&] { take(house.cellar, "pails", 1); });
    expect_error(1, [&] { carry(house.cellar, house.shop, "doors", 1); });
    gate.stop();
    take(house.cellar, "nails", 1);
    same[0] = 1;
  }};
  if (!gate.reached()) return trouble(did_not_return);
  grader::report("thrown", said(thrown, "it threw", "it returned"));
  const Child another{[&] {
    take(house.cellar, "nails", 1);
    other[0] = 1;
  }};
  grader::report("other", reaches(other[0], 1));
  if (other[0] == 0) return;
  gate.open();
  grader::report("same", reaches(same[0], 1));
  house.report();
}

/// A worker is killed at its n-th point, or when it is done; then others work, and one of them is stopped
/// at its m-th.
SCENARIO(survives) {
  const std::string call = grader::argument(0);
  const int n = std::stoi(grader::argument(1));
  const House house;
  Child victim{[&] {
    at_point(n, [] { ::raise(SIGKILL); });
    work(house, call, 8);
    ::raise(SIGKILL);
  }};
  victim.wait();
  grader::report("at_death", House::text(house.cellar));
  interrupted(house, call, std::stoi(grader::argument(2)));
}

#else

#include <fmt/format.h>

#include "exercises/grader/judge.hpp"

using grader::Run;
using grader::submission;
using grader::varied;

namespace {

using grader::went_well;

testing::AssertionResult has(const Run& run, const std::string& where, const std::string& expected) {
  const auto found = run.value<std::string>(where);
  if (found == expected) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "the " << where << ", expected: " << (expected.empty() ? "nothing" : expected)
                                     << "\nthe " << where << ", found: " << (found.empty() ? "nothing" : found);
}

}  // namespace

CHECK(alone, 10, "one worker alone takes, delivers and carries: all or nothing") {
  const auto run = submission("alone");
  ASSERT_TRUE(went_well(run)) << "one worker alone";
  const std::string story =
      "The cellar had 10 nails. One worker took 3, asked for 8, delivered 2 and 4 hooks, carried 5 nails to "
      "the shop, asked for 5 more and for 5 hooks to be carried, took 4 nails, and asked for 1.";
  ASSERT_EQ(run.value<std::string>("answers"), "true, false, true, false, false, true, false")
      << story << "\nThe answers of take and carry";
  ASSERT_TRUE(has(run, "cellar", "hooks 4, nails 0")) << story;
  ASSERT_TRUE(has(run, "shop", "nails 5")) << story;
}

CHECK(together, 20, "no taking and no delivery is lost, wherever a worker is when the others come") {
  using Case = std::pair<std::string, std::string>;
  const int n = varied(20, 200);
  for (const auto& [call, expected] :
       {Case{"take", fmt::format("nails {}", n - 7)}, Case{"deliver", fmt::format("nails {}", n + 7)},
        Case{"deliver new", fmt::format("hooks 7, nails {}", n)}})
    for (const char* point : {"2", "3", "4"}) {
      const auto run = submission("interrupted", {call, point, std::to_string(n)});
      const std::string of_what = call == "deliver new" ? "hooks, which were not listed yet" : "nails";
      ASSERT_TRUE(went_well(run)) << "three workers called " << call.substr(0, call.find(' ')) << " for " << of_what;
      ASSERT_TRUE(has(run, "cellar", expected))
          << "Three workers called " << call.substr(0, call.find(' ')) << " 7 times, each time for one piece of "
          << of_what << ".\nOne of them was stopped between two messages, and the others were let come. What it had "
          << "read before was old by then, and what it wrote undid the others' work.";
    }
  for (const int workers : grader::worker_counts()) {
    const auto run = grader::shaken("crowd", {std::to_string(workers), std::to_string(n)});
    ASSERT_TRUE(went_well(run)) << workers << " workers took and delivered nails, all at once";
    ASSERT_TRUE(has(run, "cellar", fmt::format("nails {}", n + 5 * workers)))
        << workers << " workers took one nail and delivered two, five times each, all at once. There were " << n << ".";
  }
}

CHECK(last_piece, 15, "two want the last piece: one gets it; who gets nothing has changed nothing, at no moment") {
  for (const char* point : {"2", "3", "4"}) {
    auto run = submission("last_piece", {point, "1"});
    ASSERT_TRUE(went_well(run)) << "two workers wanted the last nail";
    ASSERT_EQ(run.value<int>("winners"), 1)
        << "workers that got the last nail. One of them was stopped in the middle of take, and the other "
        << "came then. To look whether there are enough and to take them should be one step.";
    ASSERT_TRUE(has(run, "cellar", "nails 0")) << "Two workers wanted the last nail, and one got it.";

    run = submission("last_piece", {point, "5"});
    ASSERT_TRUE(went_well(run)) << "a worker wanted 5 nails where there was one, and another wanted that one";
    ASSERT_EQ(run.value<long>("seen"), 1)
        << "nails that somebody saw who looked while a worker was in the middle of take. It wanted 5, and "
        << "there was one: nothing may change then, not even for a moment.";
    ASSERT_EQ(run.value<std::string>("answers"), "false, true")
        << "what take returned to two workers: the first wanted 5 nails, the second the only one that there was";
    ASSERT_TRUE(has(run, "cellar", "nails 0")) << "One worker wanted 5 nails, and another the only one that there was.";
  }
}

CHECK(notes, 15, "every place that is noted stands on the shelves, whoever else notes one") {
  const auto run = submission("noted");
  ASSERT_TRUE(went_well(run)) << "one worker alone noted two places for nails, and one for hooks, which are new";
  ASSERT_EQ(run.value<std::string>("in_order"), "row 9, row 3, row 1")
      << "the nails lay in row 9, and one worker alone noted row 3 and row 1. Are they only in a copy of yours?";
  ASSERT_TRUE(has(run, "shelves", "nails in row 1, row 3, row 9, hooks in row 2")) << "One worker alone noted places.";
  using Case = std::pair<std::string, std::string>;
  const std::string seven = "row 0, row 1, row 1, row 1, row 2, row 2, row 2";
  for (const auto& [call, expected] :
       {Case{"note", "nails in " + seven + ", row 9"}, Case{"note new", "nails in row 9, hooks in " + seven}})
    for (const char* point : {"2", "3", "4"}) {
      const auto each = submission("interrupted", {call, point, "100"});
      ASSERT_TRUE(went_well(each)) << "three workers noted places";
      ASSERT_TRUE(has(each, "shelves", expected))
          << "Three workers noted 7 places of one item. One of them was stopped between two messages, and "
          << "the others were let come: what they noted was overwritten.";
    }
}

CHECK(carried, 15, "two stocks together never have more than before, and as many when all is done") {
  for (const char* point : {"2", "3", "4", "5", "6"}) {
    auto run = submission("carried", {point});
    ASSERT_TRUE(went_well(run)) << "three workers carried nails from the cellar to the shop";
    ASSERT_LE(run.value<long>("seen"), 11)
        << "nails in the cellar and the shop together, while a worker was stopped in the middle of carry.\n"
        << "There were 11. Who puts them there before they are taken here has them twice for a while.";
    ASSERT_EQ(run.value<int>("carried"), 2)
        << "workers that carried 5 nails: three tried, and the cellar had 10. One was stopped in the middle.";
    ASSERT_TRUE(has(run, "cellar", "nails 0")) << "Two of three workers carried 5 of 10 nails each to the shop.";
    ASSERT_TRUE(has(run, "shop", "nails 11")) << "Two of three workers carried 5 nails each to the shop, which had 1.";

    run = submission("crossed", {point});
    ASSERT_TRUE(went_well(run)) << "one worker carried nails to the shop while another carried some from there";
    ASSERT_EQ(run.value<int>("carried"), 3) << "times that carry returned true, of three with enough nails for each";
    const auto* story =
        "Cellar and shop had 10 nails each. One worker carried 5 to the shop, and was stopped in the "
        "middle; another carried 5 to the cellar, two times.";
    ASSERT_TRUE(has(run, "cellar", "nails 15")) << story;
    ASSERT_TRUE(has(run, "shop", "nails 5")) << story;
  }
  const auto run = submission("nowhere");
  ASSERT_TRUE(went_well(run)) << "carry in the server, with one stock held, waits there for the other: is that itself?";
  ASSERT_EQ(run.value<std::string>("answers"), "true, false")
      << "what carry from the cellar to the cellar returned for 10 of 10 nails, and for 11 of 10";
  ASSERT_TRUE(has(run, "cellar", "nails 10")) << "Nails were carried from the cellar to the cellar.";
}

CHECK(gone, 10, "the other stock's manager is gone: the pieces go back, and the error to the caller") {
  for (const char* point : {"0", "1", "2", "3", "4"}) {
    const auto run = submission("gone", {point});
    const auto* when = *point == '0' ? "had ended before" : "ended while the worker was in the middle of it";
    ASSERT_TRUE(went_well(run)) << "a worker carried nails to a stock whose manager " << when;
    const auto said = run.value<std::string>("said");
    if (*point == '0') {
      ASSERT_EQ(said, "an error") << "what came of carry to a stock whose manager " << when;
    }
    ASSERT_TRUE(has(run, "cellar", said == "true" ? "nails 5" : "nails 10"))
        << "A worker carried 5 of 10 nails to a stock whose manager " << when << ".\nWhat came of it was " << said
        << ". Where the delivery fails, however it does, the nails must go back.";
  }
}

CHECK(unknown, 10, "an item that is not listed: an error, nothing is changed, and everybody goes on") {
  const auto run = submission("unknown");
  ASSERT_TRUE(went_well(run)) << "a worker asked for pails, and wanted to carry doors; the cellar lists neither";
  ASSERT_EQ(run.value<std::string>("thrown"), "it threw, it threw")
      << "whether take threw std::out_of_range for pails, and carry for doors: the cellar lists neither";
  ASSERT_TRUE(run.value<bool>("other")) << "take has thrown in one worker, and since then another one cannot take "
                                           "nails: is something locked still?";
  ASSERT_TRUE(run.value<bool>("same")) << "take has thrown in a worker, and now the same worker cannot take nails";
  ASSERT_TRUE(has(run, "cellar", "nails 8"))
      << "Pails and doors were asked for in vain, then two nails taken. An item must not be listed because somebody "
      << "asks for it; `update` makes a new value where there is none, even if your function throws.";
  ASSERT_TRUE(has(run, "shop", "")) << "Doors were to be carried to the shop, but the cellar does not list any.";
}

CHECK(survives, 5, "a worker is killed between two messages: the others go on, and lose nothing") {
  for (const auto& [call, one_less, all] : {std::tuple{"take", "nails 93", "nails 92"},
                                            {"deliver", "nails 107", "nails 108"},
                                            {"deliver new", "hooks 7, nails 100", "hooks 8, nails 100"}})
    for (const auto& [killed_at, stopped_at] : {std::pair{"1", "2"}, {"2", "3"}, {"3", "2"}, {"3", "3"}}) {
      const auto run = submission("survives", {call, killed_at, stopped_at});
      ASSERT_TRUE(went_well(run)) << "a worker was killed in the middle of " << call
                                  << ", then three others came. Whatever it held, it "
                                     "cannot give back any more.";
      const bool was_done = run.value<std::string>("cellar") == all;
      ASSERT_TRUE(has(run, "cellar", was_done ? all : one_less))
          << "A worker was killed in the middle of " << call << ", then three others called it 7 times. (If the "
          << "first one had done it, there would be: " << all << ".)";
      if (std::string{call} != "deliver new") continue;
      const auto at_death = run.value<std::string>("at_death");
      ASSERT_TRUE(at_death == "nails 100" || at_death == "hooks 1, nails 100")
          << "A worker was killed while it delivered one hook, which was not listed yet. That is done, or not done; "
             "but "
          << "the cellar had: " << at_death;
    }
}
#endif
