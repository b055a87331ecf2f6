// The checks of exercise 03_1. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

#include "common/clock.hpp"
#include "common/descriptor.hpp"
#include "common/point.hpp"
#include "common/raw_array.hpp"
#include "exercises/grader/stage.hpp"

// The submission's.
struct Sheet {
  virtual ~Sheet() = default;
  virtual int candidates() const = 0;
  virtual int votes(int candidate) const = 0;
  virtual void set_votes(int candidate, int number) = 0;
  virtual int total() const = 0;
  virtual void set_total(int number) = 0;
};
struct Box {
  virtual ~Box() = default;
  virtual std::optional<int> next() = 0;
};
struct Result {
  std::vector<int> votes;
  int total = 0;
};
struct Tally {
  virtual ~Tally() = default;
  virtual void count(Box& box) = 0;
  virtual Result result() = 0;
};
std::unique_ptr<Tally> make_tally(Sheet& sheet);

namespace {

using grader::Counters;
using grader::Gate;
using grader::reaches;
using grader::trouble;
using Numbers = std::vector<int>;

struct Child : grader::Child {
  explicit Child(const std::function<void()>& body)
      : grader::Child{body,
                      [](auto& error) { trouble(std::string{"a call of count or result threw: "} + error.what()); }} {}
};

void give_a_chance(const std::vector<Child>& children, const std::function<bool()>& they_have) {
  const auto they_rest = [&] {
    return std::all_of(children.begin(), children.end(), [](auto& child) { return grader::rests(child.pid()); });
  };
  grader::let_them_try(they_rest, they_have);
}

/// Does something when it is called for the n-th time.
std::function<void()> at_call(int n, std::function<void()> what) {
  return [n, what = std::move(what)]() mutable {
    if (--n == 0) what();
  };
}

/// Where this process can be stopped: before each of its calls of the sheet, and whenever it has given a mutex back.
void point() { mp::point("counting"); }

void at_point(int n, const std::function<void()>& what) { grader::at_point("counting", n, what); }
std::function<void()> after_unlock = nullptr;  // each time

/// A sheet of three candidates.
class SharedSheet : public Sheet {
 public:
  int candidates() const override { return 3; }
  int votes(int candidate) const override { return point(), line(candidate); }
  void set_votes(int candidate, int number) override { point(), line(candidate) = number; }
  int total() const override { return point(), lines_[3]; }
  void set_total(int number) override { point(), lines_[3] = number; }

  Numbers votes_now() const { return {lines_[0], lines_[1], lines_[2]}; }
  void report() const {
    grader::report("votes", votes_now());
    grader::report("total", lines_[3].load());
  }

 private:
  std::atomic<int>& line(int candidate) const {
    if (candidate < 0 || candidate > 2) throw std::out_of_range{"there is no candidate " + std::to_string(candidate)};
    return lines_[candidate];
  }

  Counters lines_{4};
};

/// A box of ballots, and what happens before each is taken out.
class FullBox : public Box {
 public:
  explicit FullBox(Numbers ballots, std::function<void()> before_next = nullptr)
      : ballots_{std::move(ballots)}, before_next_{std::move(before_next)} {}
  std::optional<int> next() override {
    if (before_next_) before_next_();
    return taken_ == ballots_.size() ? std::nullopt : std::optional{ballots_[taken_++]};
  }

 private:
  Numbers ballots_;
  std::size_t taken_ = 0;
  std::function<void()> before_next_;
};

void count(Tally& tally, const Numbers& ballots) {
  FullBox box{ballots};
  tally.count(box);
}

/// What a child sees that asks for the result.
class Look {
 public:
  void take(Tally& tally) const {
    const Result result = tally.result();
    if (result.votes.size() != 3) throw std::length_error{"result() should have the votes of three candidates"};
    std::copy(result.votes.begin(), result.votes.end(), seen_.begin());
    seen_[3] = result.total;
    seen_[4] = 1;
  }
  bool is_taken() const { return seen_[4] == 1; }
  void report() const {
    if (!reaches(seen_[4], 1)) return trouble("result() did not return within 2 s");
    grader::report("votes", Numbers{seen_[0], seen_[1], seen_[2]});
    grader::report("total", seen_[3].load());
  }

 private:
  Counters seen_{5};
};

constexpr auto too_few_calls = "a worker got a ballot, but did not read and write both of its numbers on the sheet";

/// One candidate after the other, and nobody else counts.
void serial(const Numbers& first, const Numbers& second) {
  SharedSheet sheet;
  const auto tally = make_tally(sheet);
  const Look look;
  const Child worker{[&] {
    count(*tally, first);
    count(*tally, second);
    look.take(*tally);
  }};
  look.report();
}

}  // namespace

/// The C library's, and a point after it: what is locked for each call alone is free only between the calls.
extern "C" int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  static const auto original = grader::original<int(pthread_mutex_t*)>("pthread_mutex_unlock");
  const int code = original(mutex);
  if (after_unlock) after_unlock();
  point();
  return code;
}

/// So many ballots for each candidate, and one more for candidate 0 in a box of its own.
SCENARIO(serial) {
  Numbers ballots;
  for (int candidate = 0; candidate < 3; ++candidate)
    ballots.insert(ballots.begin() + static_cast<int>(ballots.size()) / 2,
                   static_cast<std::size_t>(grader::number(static_cast<std::size_t>(candidate))), candidate);
  serial(ballots, {0});
}
SCENARIO(no_ballots) { serial({}, {}); }

/// All count at once, and nobody arranges who comes when.
SCENARIO(crowd) {
  const int workers = grader::number(0);
  SharedSheet sheet;
  const auto tally = make_tally(sheet);
  const Counters ended{1};
  std::vector<Child> all;
  for (int w = 0; w < workers; ++w)
    all.emplace_back([&, w] {
      count(*tally, Numbers(10, w % 3));
      ++ended[0];
    });
  if (!reaches(ended[0], workers)) return trouble("not all workers came to the end of their boxes within 2 s");
  sheet.report();
}

/// One worker is stopped in the middle of a ballot, and the others count meanwhile, if they can.
SCENARIO(together) {
  const int workers = std::stoi(grader::argument(0)), n = std::stoi(grader::argument(1));
  SharedSheet sheet;
  const auto tally = make_tally(sheet);
  const Gate gate;
  const Counters counted{1}, ended{1};
  const Child first{[&] {
    at_point(n, [&] { gate.stop(); });
    count(*tally, Numbers(10, 0));
    ++ended[0];
  }};
  if (!gate.reached()) return trouble(too_few_calls);
  std::vector<Child> others;
  for (int w = 1; w < workers; ++w)
    others.emplace_back([&] {
      FullBox box{Numbers(10, 0), at_call(2, [&] { ++counted[0]; })};
      tally->count(box);
      ++ended[0];
    });
  give_a_chance(others, [&] { return counted[0] == workers - 1; });
  gate.open();
  if (!reaches(ended[0], workers)) return trouble("not all workers came to the end of their boxes within 2 s");
  sheet.report();
}

/// A worker is stopped in the middle of a ballot; meanwhile somebody looks, if that can be.
SCENARIO(half_written) {
  const int n = std::stoi(grader::argument(0));
  SharedSheet sheet;
  const auto tally = make_tally(sheet);
  const Gate gate;
  const Look look;
  const Child worker{[&] {
    at_point(n, [&] { gate.stop(); });
    count(*tally, {0, 0, 0});
  }};
  if (!gate.reached()) return trouble(too_few_calls);
  std::vector<Child> looker;
  looker.emplace_back([&] { look.take(*tally); });
  give_a_chance(looker, [&] { return look.is_taken(); });
  gate.open();
  look.report();
}

/// Somebody who looks is stopped in the middle of it; meanwhile a worker counts, if it can.
SCENARIO(half_read) {
  const int n = std::stoi(grader::argument(0));
  SharedSheet sheet;
  const auto tally = make_tally(sheet);
  const Gate gate;
  const Look look;
  const Counters ended{1};
  const Child looker{[&] {
    at_point(n, [&] { gate.stop(); });
    look.take(*tally);
    gate.pass();  // if it had not so many points
  }};
  if (!gate.reached()) return trouble("result() did not return within 2 s");
  std::vector<Child> worker;
  worker.emplace_back([&] {
    count(*tally, {0, 1, 2});
    ++ended[0];
  });
  give_a_chance(worker, [&] { return ended[0] == 1; });
  gate.open();
  look.report();
}

/// Nobody brings a ballot before all wait for one. The first who gets one is stopped in the middle of it, and the
/// others count meanwhile, if they can; then all wait again.
SCENARIO(waits_free) {
  constexpr int workers = 3;
  const int n = std::stoi(grader::argument(0));
  SharedSheet sheet;
  const auto tally = make_tally(sheet);
  const Gate gate;
  const Counters asked{1}, brought{workers};
  std::vector<Child> all;
  for (int w = 0; w < workers; ++w)
    all.emplace_back([&, w] {
      int calls = 0;
      const auto wait = [&] {
        if (++calls == 2 && w == 0) gate.pass();  // if its ballot had not so many points
        for (++asked[0]; brought[w] < calls;) ::usleep(500);
      };
      FullBox box{{0}, wait};
      if (w == 0) at_point(n, [&] { gate.stop(); });
      tally->count(box);
    });
  (void)reaches(asked[0], workers);
  grader::report("waiting", asked[0].load());
  if (asked[0] < workers) {
    for (const Child& each : all) each.signal(SIGSTOP);  // or they would tell of those who are killed before them
    return;
  }
  brought[0] = 1;
  if (!gate.reached()) return trouble("a worker got a ballot, but did not ask for the next within 2 s");
  brought[1] = brought[2] = 1;
  give_a_chance(all, [&] { return asked[0] >= workers + 2; });
  gate.open();
  (void)reaches(asked[0], 2 * workers);
  grader::report("waiting_again", asked[0] - workers);
  sheet.report();
}

/// A ballot for nobody comes; afterwards another worker counts, and the same one.
SCENARIO(bad_ballot) {
  SharedSheet sheet;
  const auto tally = make_tally(sheet);
  const Gate gate;
  const Counters thrown{1}, other{1}, same{1};
  const Child worker{[&] {
    try {
      count(*tally, {0, grader::number(0)});
    } catch (const std::out_of_range&) {
      thrown[0] = 1;
    }
    gate.stop();
    count(*tally, {1});
    same[0] = 1;
  }};
  if (!gate.reached()) return trouble("count did not come back within 2 s");
  grader::report("thrown", thrown[0] == 1);
  const Child another{[&] {
    count(*tally, {2});
    other[0] = 1;
  }};
  grader::report("other", reaches(other[0], 1));
  if (other[0] == 0) return;
  gate.open();
  grader::report("same", reaches(same[0], 1));
  sheet.report();
}

/// A worker is killed in the middle of its third ballot, while others want to count; then somebody looks.
SCENARIO(survives) {
  const int n = std::stoi(grader::argument(0)), workers = std::stoi(grader::argument(1));
  SharedSheet sheet;
  const auto tally = make_tally(sheet);
  const Gate gate;
  const Counters ended{1};
  const Look look;
  Child victim{[&] {
    count(*tally, {0, 0});
    at_point(n, [&] { gate.stop(), ::raise(SIGKILL); });
    count(*tally, {0});
  }};
  if (!gate.reached()) return trouble(too_few_calls);
  grader::report("stood", sheet.votes_now());
  std::vector<Child> others;
  for (int w = 1; w <= workers; ++w)
    others.emplace_back([&, w] {
      count(*tally, {w, w});
      ++ended[0];
    });
  give_a_chance(others, [&] { return ended[0] == workers; });
  gate.open();
  victim.wait();
  if (!reaches(ended[0], workers)) return trouble("not all others came to the end of their boxes within 2 s");
  const Child looker{[&] { look.take(*tally); }};
  look.report();
}

/// A worker is killed in the middle of a ballot; and a second one, when a third has given the lock back for the n-th
/// time: that is when it has heard of it, or has put it right.
SCENARIO(dies_twice) {
  SharedSheet sheet;
  const auto tally = make_tally(sheet);
  const auto one_dies = [&] {
    const Gate gate;
    Child victim{[&] {
      at_point(3, [&] { gate.stop(), ::raise(SIGKILL); });
      count(*tally, {0});
    }};
    const bool is_there = gate.reached();
    gate.open();
    victim.wait();
    return is_there;
  };
  if (!one_dies()) return trouble(too_few_calls);
  const Gate between;
  const Counters ended{1};
  const Look look;
  const Child worker{[&] {
    after_unlock = [&, n = 0]() mutable {
      if (++n == grader::number(0)) between.stop();
    };
    count(*tally, {1, 1});
    between.pass();  // if it has not given anything back so often
    ++ended[0];
  }};
  if (!between.reached())
    return trouble("a worker was killed in the middle of a ballot, and the next one did not count");
  if (!one_dies()) return trouble("a worker was killed, another came to put that right, and a third could not count");
  between.open();
  if (!reaches(ended[0], 1))
    return trouble("two workers were killed, and the third did not come to its end within 2 s");
  const Child looker{[&] { look.take(*tally); }};
  look.report();
}

#else

#include <algorithm>
#include <numeric>

#include "exercises/grader/judge.hpp"

using grader::Run;
using grader::submission;
using grader::varied;
using Numbers = std::vector<int>;

namespace {

using grader::went_well;

std::string text(const Numbers& votes, int total) {
  std::string all = "votes";
  for (const int each : votes) all += " " + std::to_string(each);
  return all + ", total " + std::to_string(total);
}
/// What stood on the sheet, or what somebody saw of it.
std::string text(const Run& run) { return text(run.value<Numbers>("votes"), run.value<int>("total")); }

testing::AssertionResult in_step(const Run& run) {
  const auto votes = run.value<Numbers>("votes");
  const int sum = std::accumulate(votes.begin(), votes.end(), 0);
  if (sum == run.value<int>("total")) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "result() said: " << text(run) << "; but the votes sum up to " << sum;
}

}  // namespace

CHECK(serial, 10, "one worker alone counts right, and `result` tells it") {
  const int a = varied(0, 4), b = varied(1, 4), c = varied(1, 4);
  const auto run = submission("serial", {std::to_string(a), std::to_string(b), std::to_string(c)});
  ASSERT_TRUE(went_well(run)) << "one worker alone";
  ASSERT_EQ(text(run), text({a + 1, b, c}, a + b + c + 1)) << "what result() said after one worker had counted alone";
  const auto none = submission("no_ballots");
  ASSERT_TRUE(went_well(none)) << "one worker alone, and no ballots";
  ASSERT_EQ(text(none), "votes 0 0 0, total 0") << "what result() said where no ballots had come";
}

CHECK(together, 25, "several workers lose no vote, wherever one of them is when the others come") {
  for (const int workers : {2, 3, 5})
    for (const int point : workers == 2 ? Numbers{2, 3, 4, 5, 6} : Numbers{2}) {
      const auto run = submission("together", {std::to_string(workers), std::to_string(point)});
      ASSERT_TRUE(went_well(run)) << workers << " workers with 10 ballots each";
      ASSERT_EQ(text(run), text({10 * workers, 0, 0}, 10 * workers))
          << workers << " workers counted 10 ballots each, all for candidate 0. One was stopped in the middle of "
          << "a ballot, and the others were let count. It had read a number before, and overwrote theirs:";
    }
  for (const int workers : grader::worker_counts()) {
    const auto run = grader::shaken("crowd", {std::to_string(workers)});
    ASSERT_TRUE(went_well(run)) << workers << " workers with 10 ballots each";
    Numbers due(3);
    for (int w = 0; w < workers; ++w) due[static_cast<std::size_t>(w % 3)] += 10;
    ASSERT_EQ(text(run), text(due, 10 * workers)) << workers << " workers counted 10 ballots each, all at once:";
  }
}

CHECK(in_step, 15, "whoever asks for the `result` sees votes that sum up to the total") {
  for (const int point : {2, 3, 4, 5}) {
    const auto run = submission("half_written", {std::to_string(point)});
    ASSERT_TRUE(went_well(run)) << "somebody asked for the result while a worker was counting";
    ASSERT_TRUE(in_step(run)) << "somebody asked for the result while a worker was in the middle of a ballot.";
  }
  for (const int point : {2, 3, 4, 5}) {
    const auto run = submission("half_read", {std::to_string(point)});
    ASSERT_TRUE(went_well(run)) << "a worker counted while somebody asked for the result";
    ASSERT_TRUE(in_step(run)) << "somebody who asked for the result had read a part of it, and a worker counted then.";
    const auto votes = run.value<Numbers>("votes");
    ASSERT_TRUE(std::is_sorted(votes.rbegin(), votes.rend()))
        << "somebody who asked for the result had read a part of it. Then a worker counted ballots "
        << "for 0, 1 and 2, in this order. What result() said never stood there at one moment: " << text(run);
  }
}

CHECK(waits_free, 20, "nobody holds the lock while it waits for a ballot, only while it counts one") {
  for (const char* point : {"2", "3", "4", "5"}) {
    const auto run = submission("waits_free", {point});
    const auto troubles = run.values<std::string>("trouble");
    ASSERT_TRUE(troubles.empty()) << troubles.front();
    ASSERT_EQ(run.value<int>("waiting"), 3)
        << "workers that wait for their first ballot at the same time. Is there a lock that only "
        << "one of them can hold, and does hold while it waits?";
    ASSERT_EQ(run.value<int>("waiting_again"), 3) << "workers that wait for a ballot again, after each has counted one";
    ASSERT_EQ(text(run), "votes 3 0 0, total 3")
        << "three workers waited for ballots at the same time, and each got one. One was stopped in the "
        << "middle of counting it, and the others were let count. When all wait again, it must all be there:";
  }
}

CHECK(bad_ballot, 10, "a ballot for nobody: `count` throws, nothing of it is counted, others go on") {
  for (const char* nobody : {"3", "-1"}) {
    const auto story = std::string{"a worker got a ballot for candidate "} + nobody + ", of 0 to 2";
    const auto run = submission("bad_ballot", {nobody});
    ASSERT_TRUE(went_well(run)) << story;
    ASSERT_TRUE(run.value<bool>("thrown")) << story << ": the sheet throws std::out_of_range, "
                                           << "and count should let that through to its caller";
    ASSERT_TRUE(run.value<bool>("other")) << "count has thrown in one worker, and since then another one cannot count: "
                                             "does the first one hold the lock still?";
    ASSERT_TRUE(run.value<bool>("same"))
        << "count has thrown in a worker, and now the same worker cannot count any more";
    ASSERT_EQ(text(run), "votes 1 1 1, total 3")
        << "three good ballots, one for each candidate, and after the first of them one for candidate " << nobody
        << ", who does not exist: what came before it is to be counted, and nothing of the bad one";
  }
}

CHECK(survives, 20, "a worker is killed with a ballot half counted: the others put it right and go on") {
  const std::string story = "a worker was killed in the middle of its third ballot";
  for (const char* point : {"2", "3", "4"})
    for (const int workers : {0, 2}) {
      const auto run = submission("survives", {point, std::to_string(workers)});
      ASSERT_TRUE(went_well(run)) << story << ". What became of those who came next:";
      ASSERT_TRUE(in_step(run)) << story << ". Who comes next should put the total right, but";
      const auto votes = run.value<Numbers>("votes");
      ASSERT_EQ(votes[1] + votes[2], 2 * workers) << story << ". Votes by the " << workers << " others that went on:";
      const int stood = run.value<Numbers>("stood").at(0);
      ASSERT_EQ(votes[0], stood) << story << ": its candidate had " << stood
                                 << " votes then, and these are what counts. "
                                 << "What result() said when the others had counted theirs: " << text(run);
    }
  for (const char* n : {"1", "2"}) {
    const auto run = submission("dies_twice", {n});
    ASSERT_TRUE(went_well(run)) << "a worker was killed in the middle of a ballot, and a second one just when a third "
                                << "had heard of it, or had put it right:\nwhat throws once may throw again";
    ASSERT_TRUE(in_step(run)) << "two workers were killed, each in the middle of a ballot";
    ASSERT_EQ(run.value<Numbers>("votes")[1], 2) << "votes by the one that was not killed";
  }
}

#endif
