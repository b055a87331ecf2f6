// The checks of exercise 03_2. The first half lives in the submission's program, the second judges it.
#include <string>
#include <vector>

using Texts = std::vector<std::string>;

/// What a scenario reports of a meeting that went well.
static const std::string well = "nobody left before the last had come, then all did";

#ifdef IN_SUBMISSION

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>

#include "common/clock.hpp"
#include "common/descriptor.hpp"
#include "common/raw_array.hpp"
#include "exercises/grader/stage.hpp"

// The submission's.
struct Meeting {
  virtual ~Meeting() = default;
  virtual int wait() = 0;
  virtual void abort() = 0;
  virtual void reset() = 0;
};
std::unique_ptr<Meeting> make_meeting(int parties);

/// mp::Barrier's constructor. The chapter's library gives it only to a program that uses it.
[[gnu::weak]] extern const char chapters_barrier asm("_ZN2mp7BarrierC1Ei");

namespace {

std::unique_ptr<Meeting> make(int parties) {
  if (&chapters_barrier == nullptr) return make_meeting(parties);
  std::fputs("The submission uses mp::Barrier, which is the answer: write one of your own.\n", stderr);
  std::_Exit(1);
}

using grader::Counters;

/// What must happen has so long.
constexpr mp::Seconds patience{1.5};
/// A while in which something that must not happen would have happened.
constexpr mp::Seconds a_while{0.15};

/// Waits until it holds, or for so long; whether it does.
bool becomes(const std::function<bool()>& holds, mp::Seconds limit = patience) { return grader::becomes(holds, limit); }

/// A child that can be stopped, and looked at.
class Worker : public grader::Child {
 public:
  using Child::Child;

  void stop() const {
    signal(SIGSTOP);
    siginfo_t stopped_or_ended;  // which is left for the one wait that reaps it
    (void)mp::retry(
        [&] { return ::waitid(P_PID, static_cast<id_t>(pid()), &stopped_or_ended, WSTOPPED | WEXITED | WNOWAIT); });
  }
  void go_on() const { signal(SIGCONT); }

  /// Waits until it can get no further by itself: it sleeps at three looks, or has spun for a long time, or is `done`.
  void settle(const std::function<bool()>& done) const {
    int asleep = 0;
    const auto start = processor_time();
    (void)becomes([&] {
      asleep = grader::rests(pid()) ? asleep + 1 : 0;
      return asleep == 3 || processor_time() - start > mp::Seconds{0.02} || done();
    });
  }
};

/// Workers that come to a meeting, each for one round, and what `wait` had to say to them.
class Workers {
 public:
  explicit Workers(Meeting& meeting) : meeting_{meeting} {}

  /// So many more come, each when the one before it waits or has its answer.
  void come(int n) {
    for (; n > 0; --n) {
      auto& answer = answers_[all_.size()];
      auto& place = places_[all_.size()];
      all_.emplace_back([&] {
        answer = waits;
        answer = ask(place);
      });
      (void)becomes([&] { return answer != none; });
      all_.back().settle([&] { return answer > waits; });
    }
  }

  /// Waits until so many have their answer, or for so long; how many have.
  int answered(int wanted, mp::Seconds limit = patience) const {
    const auto count = [&] { return std::count_if(answers_.begin(), answers_.end(), [](int a) { return a > waits; }); };
    (void)becomes([&] { return count() >= wanted; }, limit);
    return static_cast<int>(count());
  }

  /// What became of each, in the order of their coming.
  Texts answers() const {
    static const char* const texts[] = {"not there", "waits", "left", "error", "another exception"};
    Texts all;
    for (std::size_t i = 0; i < all_.size(); ++i) all.push_back(texts[answers_[i]]);
    return all;
  }
  /// The same, with what `wait` returned to those who left.
  Texts places() const {
    Texts all = answers();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i] == "left") all[i] = std::to_string(places_[i]);
    return all;
  }

  Worker& operator[](std::size_t i) { return all_[i]; }

 private:
  enum Answer { none, waits, left, error, other };

  Answer ask(std::atomic<int>& place) {
    try {
      place = meeting_.wait();
      return left;
    } catch (const std::runtime_error&) {
      return error;
    } catch (...) {
      return other;
    }
  }

  Meeting& meeting_;
  const Counters answers_{10}, places_{10};
  std::vector<Worker> all_;
};

std::string joined(const Texts& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

/// So many workers meet, the last of them late; how it went.
std::string meet(Meeting& meeting, int n) {
  Workers workers{meeting};
  workers.come(n - 1);
  if (workers.answered(1, a_while) > 0) return "before the last had come: " + joined(workers.answers());
  workers.come(1);
  (void)workers.answered(n);
  const Texts all = workers.answers();
  return std::count(all.begin(), all.end(), "left") == n ? well : "when the last had come: " + joined(all);
}

/// Has a process of its own call it; whether it comes back.
bool returns(const std::function<void()>& call) {
  const Counters done{1};
  const Worker caller{[&] { call(), ++done[0]; }};
  return becomes([&] { return done[0] == 1; });
}

/// How much shared memory this process sees, in pieces.
int shared_pieces() {
  std::ifstream maps{"/proc/self/maps"};
  int n = 0;
  for (std::string line; std::getline(maps, line);) n += line.find(" rw-s ") != std::string::npos ? 1 : 0;
  return n;
}

}  // namespace

SCENARIO(opens) {
  const int parties = std::stoi(grader::argument(0));
  const auto meeting = make(parties);
  grader::report("met", meet(*meeting, parties));
}

// Once something has gone wrong, a scenario goes no further: it would only wait in vain.

/// A worker is stopped while it waits in the first round; two others come, and go on to the second.
SCENARIO(two_rounds) {
  const auto meeting = make(3);
  const Counters came{2}, left{2};
  const auto both_rounds = [&] {
    for (int round = 0; round < 2; ++round) ++came[round], meeting->wait(), ++left[round];
  };
  const Worker slow{both_rounds};
  (void)becomes([&] { return came[0] == 1; });
  slow.settle([&] { return left[0] == 1; });
  slow.stop();
  const Worker fast{both_rounds}, faster{both_rounds};
  const bool went_on = becomes([&] { return left[0] >= 2 && came[1] >= 2; });
  grader::report("first", left[0].load());
  if (!went_on) return;
  grader::report("ahead", becomes([&] { return left[1] > 0; }, a_while));
  slow.go_on();
  (void)becomes([&] { return left[1] == 3; });
  grader::report("second", left[1].load());
}

/// One of two is stopped as it waits in the first round. That opens, and so does a second one, by others.
SCENARIO(overtaken) {
  const auto meeting = make(2);
  Workers first{*meeting}, others{*meeting};
  first.come(1);
  first[0].stop();
  others.come(3);
  grader::report("others", others.answered(3));
  first[0].go_on();
  (void)first.answered(1);
  grader::report("stopped", first.answers()[0]);
}

/// Many rounds, in each of them another worker late.
SCENARIO(many_rounds) {
  constexpr int rounds = 50;
  const int parties = std::stoi(grader::argument(0));
  const auto meeting = make(parties);
  const Counters came{rounds}, early{1}, done{1};
  std::vector<Worker> workers;
  for (int i = 0; i < parties; ++i)
    workers.emplace_back([&, i] {
      for (int round = 0; round < rounds; ++round) {
        if (round % parties == i) ::usleep(1'000);
        ++came[round];
        meeting->wait();
        if (came[round] != parties) ++early[0];
      }
      ++done[0];
    });
  (void)becomes([&] { return done[0] == parties; }, mp::Seconds{4});
  grader::report("early", early[0].load());
  grader::report("through", done[0].load());
}

SCENARIO(places) {
  const auto meeting = make(4);
  for (const char* round : {"first", "second"}) {
    Workers workers{*meeting};
    workers.come(4);
    const int answered = workers.answered(4);
    grader::report(round, workers.places());
    if (answered < 4) return;
  }
}

SCENARIO(breaks) {
  const auto meeting = make(4);
  Workers waiting{*meeting}, late{*meeting};
  waiting.come(3);
  const bool aborts = returns([&] { meeting->abort(); });
  grader::report("aborts", aborts);
  if (!aborts) return;
  const int answered = waiting.answered(3);
  grader::report("waiting", waiting.answers());
  if (answered < 3) return;
  late.come(5);
  grader::report("late", late.answers());
}

/// Nobody waits when it is broken, and nobody when it is mended.
SCENARIO(breaks_alone) {
  const auto meeting = make(3);
  if (!returns([&] { meeting->abort(); })) return;
  {
    Workers late{*meeting};
    late.come(2);
    (void)late.answered(2);
    grader::report("late", late.answers());
  }
  if (returns([&] { meeting->reset(); })) grader::report("met", meet(*meeting, 3));
}

/// Two of three wait, one of them stopped. The meeting is reset, perhaps after an abort, and used before that one
/// wakes.
SCENARIO(mended) {
  const auto meeting = make(3);
  Workers old{*meeting};
  old.come(2);
  old[0].stop();
  if (grader::argument(0) == "broken") (void)returns([&] { meeting->abort(); });
  const bool resets = returns([&] { meeting->reset(); });
  grader::report("resets", resets);
  if (!resets) return;
  const int answered = old.answered(1);
  grader::report("awake", old.answers()[1]);
  if (answered < 1) return;
  grader::report("met", meet(*meeting, 3));
  (void)returns(
      [&] { meeting->reset(); });  // whoever remembers the last reset alone has forgotten the one that matters
  old[0].go_on();
  (void)old.answered(2);
  grader::report("stopped", old.answers()[0]);
}

/// One that waits is stopped; the meeting is reset, and two of three wait when it goes on. Then the third one comes.
SCENARIO(late_leaver) {
  const auto meeting = make(3);
  Workers old{*meeting}, others{*meeting};
  old.come(1);
  old[0].stop();
  const bool resets = returns([&] { meeting->reset(); });
  grader::report("resets", resets);
  if (!resets) return;
  others.come(2);
  old[0].go_on();
  (void)old.answered(1);
  grader::report("old", old.answers());
  others.come(1);
  (void)others.answered(3);
  grader::report("others", others.answers());
}

/// Two of three wait, and one of them is killed. The third one comes, or somebody calls abort; then all begins anew.
SCENARIO(killed) {
  const auto meeting = make(3);
  Workers old{*meeting};
  old.come(2);
  old[0].kill();
  const bool broken = grader::argument(0) == "broken";
  if (broken)
    grader::report("aborts", returns([&] { meeting->abort(); }));
  else
    old.come(1);
  const int living = broken ? 1 : 2;
  (void)old.answered(living, broken ? a_while : patience);  // an abort that wakes nobody is another check's matter
  const bool resets = returns([&] { meeting->reset(); });
  grader::report("resets", resets);
  if (!resets) return;
  const int answered = old.answered(living);
  Texts others = old.answers();
  others.erase(others.begin());
  grader::report("others", others);
  if (answered == living) grader::report("met", meet(*meeting, 3));
}

SCENARIO(sleeps) {
  const auto meeting = make(3);
  Workers workers{*meeting};
  workers.come(2);
  const auto used = [&] { return workers[0].processor_time() + workers[1].processor_time(); };
  const auto before = used();
  ::usleep(300'000);
  grader::report("answers", workers.answers());
  grader::report("burns", used() - before > mp::Seconds{0.03});
}

SCENARIO(come_and_go) {
  const int before = shared_pieces();
  for (int i = 0; i < 3; ++i) {
    const auto meeting = make(2);
    const std::string met = meet(*meeting, 2);
    grader::report("met", met);
    if (met != well) return;
  }
  grader::report("pieces", shared_pieces() - before);
}

#else

#include "exercises/grader/judge.hpp"

using grader::submission;

static std::string how_it_went_on(const std::string& how) {
  if (how == "broken") return "abort was called, and reset";
  return how == "complete" ? "the third came, and reset was called" : "reset was called";
}

CHECK(opens, 20, "nobody leaves before the last has come, then all do: 1, 2, 3, 5 or 7 workers") {
  for (const char* parties : {"1", "2", "3", "5", "7"})
    ASSERT_EQ(submission("opens", {parties}).value<std::string>("met"), well)
        << "a meeting of " << parties << ": what became of the workers, in the order of their coming";
}

CHECK(again, 20, "it opens round after round, and nobody gets a round ahead") {
  const auto run = submission("two_rounds");
  const std::string story =
      "of three workers one was stopped while it waited in the first round; the other two came:\n";
  ASSERT_EQ(run.value<int>("first"), 2) << story << "workers that left the first round while that one was stopped";
  ASSERT_FALSE(run.value<bool>("ahead")) << story
                                         << "they left the second round, though the stopped one had not come there";
  ASSERT_EQ(run.value<int>("second"), 3) << story << "workers that left the second round once it went on";
  const auto overtaken = submission("overtaken");
  ASSERT_EQ(overtaken.value<int>("others"), 3)
      << "one of two was stopped while it waited in the first round; three others came: how many left, in two rounds";
  ASSERT_EQ(overtaken.value<std::string>("stopped"), "left")
      << "one of two was stopped while it waited in the first round; that opened, and a second one as well: what "
         "became "
         "of it when it went on";
  for (const int parties : {2, grader::worker_counts().back()}) {
    const auto rounds = grader::shaken("many_rounds", {std::to_string(parties)});
    ASSERT_EQ(rounds.value<int>("early"), 0)
        << "50 rounds of " << parties << ": how often one left before all had come";
    ASSERT_EQ(rounds.value<int>("through"), parties) << "workers, of " << parties << ", that did 50 rounds";
  }
}

CHECK(places, 10, "`wait` returns how many came before, in each round anew") {
  const auto run = submission("places");
  for (const char* round : {"first", "second"})
    ASSERT_EQ(run.value<Texts>(round), (Texts{"0", "1", "2", "3"}))
        << "what wait returned to four workers in the " << round << " round, in the order of their coming";
}

CHECK(breaks, 15, "`abort`: all who wait get the error, and all who come later, too") {
  const auto run = submission("breaks");
  ASSERT_TRUE(run.value<bool>("aborts")) << "three of four waited: abort did not return";
  ASSERT_EQ(run.value<Texts>("waiting"), (Texts{"error", "error", "error"}))
      << "three of four waited when abort was called: what became of them";
  ASSERT_EQ(run.value<Texts>("late"), (Texts(5, "error")))
      << "three of four waited, and abort was called: what became of five that came later";
  const auto alone = submission("breaks_alone");
  ASSERT_EQ(alone.value<Texts>("late"), (Texts{"error", "error"}))
      << "nobody waited when abort was called: what became of two that came later";
}

CHECK(mended, 15, "`reset`: who waited gets the error, however late it wakes; the next round is as new") {
  ASSERT_EQ(submission("breaks_alone").value<std::string>("met"), well)
      << "nobody waited when abort was called, and nobody when reset was: how three met next";
  for (const char* how : {"waiting", "broken"}) {
    const auto run = submission("mended", {how});
    const std::string story = "two of three waited, one of them stopped; then " + how_it_went_on(how) + ":\n";
    ASSERT_TRUE(run.value<bool>("resets")) << story << "reset did not return";
    ASSERT_EQ(run.value<std::string>("awake"), "error") << story << "what became of the one that was not stopped";
    ASSERT_EQ(run.value<std::string>("met"), well) << story << "how three others met next";
    ASSERT_EQ(run.value<std::string>("stopped"), "error")
        << story << "what became of the stopped one when it went on, after three others had met and another reset";
  }
  const auto run = submission("late_leaver");
  const std::string story =
      "one of three waited, and was stopped; then reset was called, two others came, and it went on";
  ASSERT_TRUE(run.value<bool>("resets")) << "one of three waited, and was stopped: reset did not return";
  ASSERT_EQ(run.value<Texts>("old"), Texts{"error"}) << story << ": what became of it";
  ASSERT_EQ(run.value<Texts>("others"), (Texts{"left", "left", "left"}))
      << story << "; then a third came: what became of the three";
}

/// The living are those of the two who waited, and the third if it came.
static void killed(const std::string& how, const Texts& fate_of_the_living) {
  const auto run = submission("killed", {how});
  const std::string story = "two of three waited, one was killed; then " + how_it_went_on(how) + ":\n";
  ASSERT_TRUE(grader::came_to_its_end(run))
      << story << "does something wait for the dead one to leave, the destructor perhaps?";
  if (how == "broken") {
    ASSERT_TRUE(run.value<bool>("aborts")) << story << "abort did not return";
  }
  ASSERT_TRUE(run.value<bool>("resets")) << story << "reset did not return";
  ASSERT_EQ(run.value<Texts>("others"), fate_of_the_living) << story << "what became of the living";
  ASSERT_EQ(run.value<std::string>("met"), well) << story << "how three others met next";
}

CHECK(killed, 10, "a worker that is killed while it waits blocks nobody") {
  ASSERT_NO_FATAL_FAILURE(killed("complete", {"left", "left"}));
  killed("broken", {"error"});
}

CHECK(sleeps, 5, "who waits uses no processor time") {
  const auto run = submission("sleeps");
  ASSERT_EQ(run.value<Texts>("answers"), (Texts{"waits", "waits"})) << "two of three came";
  EXPECT_FALSE(run.value<bool>("burns")) << "two workers used more than 30 ms of processor time while they waited for "
                                            "0.3 s: sleep until something changes, instead of asking again and again";
}

CHECK(nothing_left, 5, "the destructor gives back all that the constructor took") {
  const auto run = submission("come_and_go");
  for (const auto& met : run.values<std::string>("met")) ASSERT_EQ(met, well) << "a meeting of two, of three such";
  EXPECT_EQ(run.value<int>("pieces"), 0) << "pieces of shared memory still mapped when three meetings had gone";
  EXPECT_TRUE(grader::left_nothing(run)) << "after three meetings have come and gone";
}

#endif
