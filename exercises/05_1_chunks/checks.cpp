// The checks of exercise 05_1. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <numeric>
#include <stdexcept>

#include "exercises/grader/stage.hpp"

// The submission's.
struct Chunk {
  long from = 0, to = 0;
};
using Function = std::function<long(long)>;
long default_chunksize(long calls, int workers);
std::vector<Chunk> cut(long calls, long chunksize);
std::vector<long> map_in_chunks(const Function& f, const std::vector<long>& numbers, int workers, long chunksize);

namespace {

using grader::Counters;
using grader::trouble;
using Numbers = std::vector<long>;

constexpr int most = 256;  // calls, and processes

// Shared by all processes of a scenario; made before there are any.
const Counters made{most};     // calls of each index
const Counters callers{most};  // of each index: the process that made the call
const Counters processes{most};
const Counters marks{3};
std::atomic<int>&messages = marks[0], &has_failed = marks[1], &returned = marks[2];

int calls_made(long from, long to) {
  int n = 0;
  for (long i = from; i < to; ++i) n += made[i] > 0 ? 1 : 0;
  return n;
}

/// Notes who calls f; true at the first call of this process.
bool is_new_here() {
  for (std::atomic<int>& each : processes) {
    int nobody = 0;
    if (each.compare_exchange_strong(nobody, ::getpid())) return true;
    if (nobody == ::getpid()) return false;
  }
  return false;
}
int processes_seen() { return static_cast<int>(most - std::count(processes.begin(), processes.end(), 0)); }

/// What happens in the call of one index, besides its result.
struct Play {
  long n = std::stol(grader::argument(0));
  int workers = std::stoi(grader::argument(1));
  long chunksize = std::stol(grader::argument(2));
  long first = std::stol(grader::argument(3)), step = std::stol(grader::argument(4));  // the numbers
  std::string what = grader::argument(5);
  long where = std::stol(grader::argument(6));  // the index
  pid_t caller = ::getpid();

  long begin() const { return where / chunksize * chunksize; }  // of its chunk
  long end() const { return std::min(begin() + chunksize, n); }

  long f(long number) const {
    const long i = (number - first) / step;
    if (i < 0 || i >= n || number != first + i * step)
      return trouble("f was called with " + std::to_string(number) + ", which is none of the numbers"), 0;
    if (::getpid() == caller) trouble("f was called in the process that called map_in_chunks, or in a thread of it");
    const bool is_new = is_new_here();
    callers[i] = ::getpid();
    ++made[i];
    if (grader::troubled[0] != 0) return 0;  // nobody need wait any more
    if (what == "meet" && is_new) meet();
    if (what == "late" && i == where) come_late();
    if (what == "hold" && i == where) hold_up();
    if (what == "throw" || what == "out_of_range" || what == "die") i == where ? fail() : see_it_fail(i);
    return 3 * number + step;
  }

 private:
  void meet() const {
    if (!grader::becomes([&] { return processes_seen() >= workers || grader::troubled[0] != 0; }))
      trouble(std::to_string(processes_seen()) + " of " + std::to_string(workers) +
              " workers were at work within 2 s, each in its first chunk. Are they all started, and has "
              "each a chunk, before you wait for a result?");
  }
  /// Until the next chunk is done, and its results had the chance to arrive.
  void come_late() const {
    const long last = std::min(end() + chunksize, n) - 1;
    if (!grader::becomes([&] { return made[last] > 0; }))
      return trouble(
          "the second chunk was not begun within 2 s, "
          "while the first one took long");
    grader::let_them_try([&] { return grader::rests(callers[last]) && grader::rests(caller); }, [] { return false; },
                         50);
  }
  void hold_up() const {
    const auto others = [&] { return calls_made(0, begin()) + calls_made(end(), n); };
    if (!grader::becomes([&] { return others() >= n - (end() - begin()) || grader::troubled[0] != 0; }))
      trouble("a call in chunk " + std::to_string(begin() / chunksize) + " (they count from 0) took long. Of the " +
              std::to_string(n - (end() - begin())) + " calls in other chunks only " + std::to_string(others()) +
              " had been made 2 s later, though another worker was free. A worker should get its next chunk when it "
              "has done the last one, and not before");
  }
  void fail() const {
    has_failed = 1;
    if (what == "die") ::raise(SIGKILL);
    if (what == "out_of_range") throw std::out_of_range{"no result for " + std::to_string(first + where * step)};
    throw std::runtime_error{"no result for " + std::to_string(first + where * step)};
  }
  /// Later chunks wait until it has failed, and who called had the chance to give up.
  void see_it_fail(long i) const {
    if (i < end() || i % chunksize != 0) return;
    (void)grader::becomes([&] { return has_failed == 1 || workers == 1; });
    grader::let_them_try([&] { return grader::rests(caller); }, [] { return returned == 1; }, 50);
  }
};

/// What it threw, in words; empty when it returned.
std::string thrown_by(const auto& call) {
  try {
    return call(), "";
  } catch (const std::runtime_error& error) {
    return std::string{"std::runtime_error: "} + error.what();
  } catch (const std::invalid_argument&) {
    return "std::invalid_argument";
  } catch (const std::exception& error) {
    return std::string{"another error: "} + error.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

}  // namespace

bool ends_in_answer = false;  // this process, when it has sent some bytes of the first one

/// The C library's: what a message is sent by.
extern "C" ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  static const auto original = grader::original<ssize_t(int, const msghdr*, int)>("sendmsg");
  if (ends_in_answer) {
    iovec some = message->msg_iov[0];
    some.iov_len = std::min<std::size_t>(some.iov_len, 5);
    msghdr piece = *message;
    piece.msg_iov = &some, piece.msg_iovlen = 1;
    (void)original(socket, &piece, flags);
    has_failed = 1;
    ::raise(SIGKILL);
  }
  ++messages;
  return original(socket, message, flags);
}

SCENARIO(default_chunksize) {
  grader::report("size", default_chunksize(std::stol(grader::argument(0)), std::stoi(grader::argument(1))));
}

SCENARIO(cut) {
  std::vector<std::pair<long, long>> chunks;
  grader::report("thrown", thrown_by([&] {
                   for (const Chunk& each : cut(std::stol(grader::argument(0)), std::stol(grader::argument(1))))
                     if (chunks.size() < 1000) chunks.emplace_back(each.from, each.to);
                 }));
  grader::report("chunks", chunks);
}

SCENARIO(map) {
  const Play play;
  Numbers numbers, results, calls, who;
  for (long i = 0; i < play.n; ++i) numbers.push_back(play.first + i * play.step);
  const auto f = [&](long number) { return play.f(number); };
  const auto thrown = thrown_by([&] { results = map_in_chunks(f, numbers, play.workers, play.chunksize); });
  returned = 1;
  for (long i = 0; i < play.n; ++i) calls.push_back(made[i]), who.push_back(callers[i]);
  grader::report("messages", messages.load());
  grader::report("processes", processes_seen());
  grader::report("thrown", thrown);
  grader::report("results", results);
  grader::report("calls", calls);
  grader::report("who", who);
}

/// Of three chunks, whose answers are too large for one piece, the first is that of a worker which is killed while it
/// answers. The others wait until who called has seen it.
SCENARIO(mid_answer) {
  constexpr long each = 30'000;
  const Counters called{1};
  const pid_t caller = ::getpid();
  Numbers numbers(3 * each);
  std::iota(numbers.begin(), numbers.end(), 0);
  grader::report("thrown", thrown_by([&] {
                   (void)map_in_chunks(
                       [&](long number) {
                         if (number < each) return ends_in_answer = true, number;
                         if (called[0]++ == 0) {
                           (void)grader::becomes([] { return has_failed == 1; });
                           grader::let_them_try([&] { return grader::rests(caller); }, [] { return returned == 1; },
                                                50);
                         }
                         return number;
                       },
                       numbers, 2, each);
                 }));
  returned = 1;
  grader::report("called", called[0].load());
  grader::report("killed", has_failed == 1);  // who answers without a message was not
}

#else

#include <algorithm>
#include <climits>

#include "exercises/grader/judge.hpp"

using grader::Run;
using grader::submission;
using grader::varied;
using grader::went_well;
using Numbers = std::vector<long>;

namespace {

/// A call of map_in_chunks, and what happens in the call of one index.
struct Map {
  long n;
  int workers;
  long chunksize;
  std::string what = "";
  long where = 0;
  long first = varied(1000, 9000), step = 3 + chunksize;

  Run run(bool with_delays = false) const {
    return (with_delays ? grader::shaken : submission)(
        "map", {std::to_string(n), std::to_string(workers), std::to_string(chunksize), std::to_string(first),
                std::to_string(step), what, std::to_string(where)});
  }
  std::string story() const {
    return "map_in_chunks with " + std::to_string(n) + (n == 1 ? " number, " : " numbers, ") + std::to_string(workers) +
           (workers == 1 ? " worker" : " workers") + ", chunksize " + std::to_string(chunksize);
  }
  Numbers results() const {
    Numbers all;
    for (long i = 0; i < n; ++i) all.push_back(3 * (first + i * step) + step);
    return all;
  }
  /// Index, chunk and place of it, for people.
  std::string place(long i) const {
    return "index " + std::to_string(i) + ", in chunk " + std::to_string(i / chunksize);
  }
};

std::string text(const std::vector<std::pair<long, long>>& chunks) {
  std::string all;
  for (const auto& [from, to] : chunks) all += "[" + std::to_string(from) + ", " + std::to_string(to) + ") ";
  return chunks.empty() ? "no chunks" : all;
}

/// True if each was called so often: once, but for those from `gone` up to `end`, which nobody called.
testing::AssertionResult called(const Map& map, const Run& run, long gone, long end) {
  const auto calls = run.value<Numbers>("calls");
  for (long i = 0; i < map.n; ++i) {
    const long wanted = i >= gone && i < end ? 0 : 1, got = calls.at(static_cast<std::size_t>(i));
    if (got != wanted)
      return testing::AssertionFailure() << map.place(i) << ": expected " << wanted << " calls of f before "
                                         << "map_in_chunks is over, got " << got;
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult returned(const Run& run) {
  const auto thrown = run.value<std::string>("thrown");
  if (thrown.empty()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "map_in_chunks threw " << thrown << ", though no call had failed";
}

}  // namespace

CHECK(cut, 15, "how many calls a chunk has by default, and where the chunks begin and end") {
  for (const auto& [calls, workers] : std::vector<std::pair<long, int>>{{0, 3},
                                                                        {1, 1},
                                                                        {1, 8},
                                                                        {16, 4},
                                                                        {17, 4},
                                                                        {100, 3},
                                                                        {9'000'000'001L, 2},
                                                                        {LONG_MAX, 8},
                                                                        {LONG_MAX, INT_MAX},
                                                                        {varied(1, 100'000), varied(1, 40)}}) {
    const auto run = submission("default_chunksize", {std::to_string(calls), std::to_string(workers)});
    ASSERT_EQ(run.value<long>("size"), calls / (4L * workers) + (calls % (4L * workers) == 0 ? 0 : 1))
        << "default_chunksize(" << calls << ", " << workers << "): calls / (4 * workers), rounded up";
  }
  for (const auto& [calls, size] : std::vector<std::pair<long, long>>{{12, 4},
                                                                      {13, 4},
                                                                      {11, 4},
                                                                      {3, 1},
                                                                      {5, 5},
                                                                      {5, 6},
                                                                      {7, LONG_MAX},
                                                                      {LONG_MAX, LONG_MAX / 2 + 2},
                                                                      {0, 4},
                                                                      {1, 1},
                                                                      {varied(2, 300), varied(2, 30)}}) {
    std::vector<std::pair<long, long>> expected;
    for (long from = 0; from < calls; from = expected.back().second)
      expected.emplace_back(from, from + std::min(size, calls - from));
    const auto run = submission("cut", {std::to_string(calls), std::to_string(size)});
    ASSERT_EQ(run.value<std::string>("thrown"), "") << "what cut(" << calls << ", " << size << ") threw";
    ASSERT_EQ(text(run.value<std::vector<std::pair<long, long>>>("chunks")), text(expected))
        << "the chunks of cut(" << calls << ", " << size << ")";
  }
  for (const char* size : {"0", "-1"}) {
    const auto run = submission("cut", {"10", size});
    ASSERT_EQ(run.value<std::string>("thrown"), "std::invalid_argument") << "what cut(10, " << size << ") threw";
  }
  for (const Map& map : {Map{3, 2, 0}, Map{0, 2, 0}, Map{0, 2, -1}})
    ASSERT_EQ(map.run().value<std::string>("thrown"), "std::invalid_argument") << "what came of " << map.story();
}

CHECK(in_order, 15, "f is called once for each number, in workers, and the results come in order") {
  const int some = varied(31, 60), few = varied(2, 6);
  for (const Map& map : {Map{10, 1, 3}, Map{1, 3, 1}, Map{12, 2, 4, "late"}, Map{30, 3, 4, "late"}, Map{5, 4, 9},
                         Map{2, 5, 1}, Map{0, 2, 3}, Map{some, 3, few}}) {
    const auto run = map.run(map.n == some);
    ASSERT_TRUE(went_well(run)) << map.story();
    ASSERT_TRUE(returned(run)) << map.story();
    ASSERT_TRUE(called(map, run, 0, 0)) << map.story();
    ASSERT_EQ(run.value<Numbers>("results"), map.results())
        << map.story() << (map.what == "late" ? ". The second chunk was done before the first" : "");
    ASSERT_TRUE(left_nothing(run)) << map.story() << ", when it was over";
  }
}

CHECK(together, 15, "so many workers are at work at the same time, each a process, and no process is started besides") {
  for (const int workers : grader::worker_counts()) {
    const Map map{7L * workers, workers, 2, "meet"};
    const auto run = map.run();
    ASSERT_TRUE(went_well(run)) << map.story();
    ASSERT_TRUE(returned(run)) << map.story();
    ASSERT_EQ(run.value<int>("processes"), workers)
        << "processes that called f: " << map.story() << ".\nA worker should compute one chunk after the other";
  }
}

CHECK(one_message, 10, "a chunk is computed by one worker, and travels as one message each way at most") {
  for (const auto& [n, chunksize] : {std::pair{100L, 20L}, {120L, 50L}, {varied(60, 140), varied(11, 40)}}) {
    const Map map{n, 2, chunksize};
    const auto run = map.run();
    ASSERT_TRUE(went_well(run)) << map.story();
    const auto who = run.value<Numbers>("who");
    for (long i = 1; i < n; ++i)
      if (i % chunksize != 0) {
        ASSERT_TRUE(who.at(static_cast<std::size_t>(i)) == who.at(static_cast<std::size_t>(i - 1)))
            << map.story() << ": " << map.place(i) << ", was computed by another process than the one before it";
      }
    const long chunks = (n + chunksize - 1) / chunksize;
    const int messages = run.value<int>("messages");
    ASSERT_TRUE(messages <= 2 * chunks + 4 * map.workers)
        << map.story() << ": " << messages << " messages were sent for " << chunks
        << " chunks.\nOne to the worker and one back for each chunk, and four more for each worker, would do";
  }
}

CHECK(free_hands, 20, "a chunk goes to whoever is free: one that takes long holds up nothing but itself") {
  for (const Map& map :
       {Map{20, 2, 2, "hold", 0}, Map{20, 2, 2, "hold", 3}, Map{35, 2, 4, "hold", 18}, Map{15, 3, 1, "hold", 1},
        Map{15, 3, 1, "hold", 7}, Map{35, 3, varied(2, 5), "hold", varied(0, 34)}}) {
    const auto run = map.run();
    ASSERT_TRUE(went_well(run)) << map.story();
    ASSERT_TRUE(returned(run)) << map.story();
    ASSERT_TRUE(called(map, run, 0, 0)) << map.story();
  }
}

CHECK(failed, 15,
      "a call throws: the rest of its chunk is not called, all others are, and then `map_in_chunks` throws") {
  const int anywhere = varied(0, 19);
  for (const Map& map : {Map{12, 1, 4, "throw", 1}, Map{20, 2, 4, "throw", anywhere}, Map{23, 3, 4, "throw", 6},
                         Map{12, 2, 4, "out_of_range", 11}, Map{20, 2, 4, "out_of_range", 2}}) {
    const auto run = map.run();
    const auto story = map.story() + ". The call of " + map.place(map.where) + ", threw";
    ASSERT_TRUE(went_well(run)) << story;
    const long end = std::min((map.where / map.chunksize + 1) * map.chunksize, map.n);
    ASSERT_TRUE(called(map, run, map.where + 1, end))
        << story << ". The rest of that chunk should not be called, and all other chunks should, to their end";
    const auto thrown = run.value<std::string>("thrown");
    ASSERT_FALSE(thrown.empty()) << story << ", but map_in_chunks returned";
    const auto said = "no result for " + std::to_string(map.first + map.where * map.step);
    ASSERT_TRUE(thrown.starts_with("std::runtime_error: ") && thrown.find(said) != std::string::npos)
        << story << " an error with the text '" << said
        << "'.\nmap_in_chunks should throw std::runtime_error with that text; what it threw was " << thrown;
    ASSERT_TRUE(left_nothing(run)) << story << ", and map_in_chunks was over";
  }
}

CHECK(killed, 10, "a worker is killed: others compute the chunks that are left, then `map_in_chunks` throws") {
  for (const Map& map :
       {Map{20, 2, 4, "die", varied(0, 19)}, Map{24, 3, 4, "die", 6}, Map{9, 3, 3, "die", 6}, Map{8, 1, 4, "die", 1}}) {
    const auto run = map.run();
    const auto story = map.story() + ". A worker was killed in the call of " + map.place(map.where);
    ASSERT_TRUE(went_well(run)) << story;
    const long end = (map.where / map.chunksize + 1) * map.chunksize;
    if (map.workers > 1) {  // else nobody is left, and another one may be started or not
      ASSERT_TRUE(called(map, run, map.where + 1, end)) << story << ". Other workers should compute all other chunks";
    }
    ASSERT_TRUE(run.value<std::string>("thrown").starts_with("std::runtime_error"))
        << story << ".\nmap_in_chunks should throw std::runtime_error; "
        << (run.value<std::string>("thrown").empty() ? "but it returned" : run.value<std::string>("thrown"));
    ASSERT_TRUE(left_nothing(run)) << story << ", and map_in_chunks was over";
  }
  const auto run = submission("mid_answer");
  const std::string story = "of two workers one was killed in the middle of its answer, which is large";
  ASSERT_TRUE(went_well(run)) << story;
  ASSERT_EQ(run.value<int>("called"), 60'000) << story << ": calls of f in the other two chunks, of 30,000 each";
  ASSERT_TRUE(!run.value<bool>("killed") || run.value<std::string>("thrown").starts_with("std::runtime_error"))
      << story << ".\nmap_in_chunks should throw std::runtime_error then";
}
#endif
