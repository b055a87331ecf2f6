// The checks of exercise 02_3. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>

#include "common/clock.hpp"
#include "common/pidfd.hpp"
#include "common/raw_array.hpp"
#include "exercises/grader/stage.hpp"

// The submission's.
struct TextQueue {
  virtual ~TextQueue() = default;
  virtual void put(const std::string& text) = 0;
  virtual std::string get() = 0;
};
std::unique_ptr<TextQueue> make_queue(int size);

namespace {

using Texts = std::vector<std::string>;

using grader::Child;
using grader::Counters;

/// Waits until the number is `wanted` or more, or for so long; whether it is.
bool reaches(const std::atomic<int>& number, int wanted, mp::Seconds limit = mp::Seconds{3}) {
  return grader::becomes([&] { return number >= wanted; }, limit);
}
/// A while in which something that must not happen would have happened.
constexpr mp::Seconds a_while{0.15};

}  // namespace

SCENARIO(order) {
  const auto queue = make_queue(10);
  for (const char* text : {"one", "", "three", "a longer text"}) queue->put(text);
  queue->put(grader::argument(0));
  Texts seen;
  for (int i = 0; i < 5; ++i) seen.push_back(queue->get());
  grader::report("seen", seen);
}

SCENARIO(bounded) {
  const int size = std::stoi(grader::argument(0));
  const auto queue = make_queue(size);
  const Counters done{1};
  const Child putter{[&] {
    const grader::Interruptions often{std::chrono::milliseconds{5}};
    for (int i = 0; i < size + 3; ++i) queue->put(std::to_string(i)), ++done[0];
  }};
  (void)reaches(done[0], size);
  (void)reaches(done[0], size + 1, a_while);
  grader::report("before", done[0].load());
  grader::report("first", queue->get());
  (void)reaches(done[0], size + 1);
  (void)reaches(done[0], size + 2, a_while);
  grader::report("after", done[0].load());
}

SCENARIO(waits) {
  const auto queue = make_queue(2);
  const Counters got{1};
  const Child getter{[&] {
    const grader::Interruptions often{std::chrono::milliseconds{5}};
    if (queue->get() == "late")
      got[0] = 1;
    else
      got[0] = 2;
  }};
  (void)reaches(got[0], 2, a_while);
  grader::report("early", got[0] != 0);
  queue->put("late");
  grader::report("came", reaches(got[0], 1) && got[0] == 1);
}

SCENARIO(shared) {
  const int getters = grader::number(0), putters = grader::number(1), each = 120 / putters;
  const auto queue = make_queue(7);
  const Counters seen{static_cast<std::size_t>(putters * each)}, strange{1}, taken{1};
  std::vector<Child> children;
  for (int p = 0; p < putters; ++p)
    children.emplace_back([&, p] {
      for (int i = 0; i < each; ++i) queue->put(std::to_string(p * each + i));
    });
  for (int g = 0; g < getters; ++g)
    children.emplace_back([&] {
      for (;;) {
        const std::string text = queue->get();
        const int number = text.empty() ? -1 : std::atoi(text.c_str());
        if (number < 0 || number >= putters * each)
          ++strange[0];
        else
          ++seen[number];
        ++taken[0];
      }
    });
  (void)reaches(taken[0], putters * each, mp::Seconds{4});
  int once = 0;
  for (const auto& n : seen) once += n == 1 ? 1 : 0;
  grader::report("once", once);
  grader::report("strange", strange[0].load());
}

SCENARIO(whole) {
  constexpr int putters = 4, each = 60;
  const auto queue = make_queue(50);
  std::vector<Child> children;
  for (int p = 0; p < putters; ++p)
    children.emplace_back([&, p] {
      for (int i = 0; i < each; ++i)
        queue->put(std::string(static_cast<std::size_t>(60'000 - i), static_cast<char>('a' + p)));
    });
  std::map<std::string, int> seen;
  for (int whole = 0; whole < putters * each;) {
    const std::string text = queue->get();
    if (text.empty()) continue;  // it did not wait: another check's matter, and here a matter of luck
    const auto bytes = std::to_string(text.size()) + " bytes";
    if (text.size() <= 60'000 - each) return grader::report("found", "a text of " + bytes + ", of which more went in");
    if (text.find_first_not_of(text[0]) != std::string::npos)
      return grader::report("found", std::string{"bytes of two texts in one"});
    if (++seen[text.substr(0, 1) + bytes] > 1)
      return grader::report("found", "two texts of " + bytes + " from a process that put one such");
    ++whole;
  }
  grader::report("found", std::to_string(putters * each) + " whole texts");
}

/// Children are killed while they wait in `get`, and in `put`; then others use the queue.
SCENARIO(survives) {
  const auto queue = make_queue(3);
  {
    std::vector<Child> waiting;
    for (int i = 0; i < 3; ++i) waiting.emplace_back([&] { (void)queue->get(); });
    ::usleep(100'000);
    for (const auto& child : waiting) child.signal(SIGKILL);
  }
  for (const char* text : {"a", "b", "c"}) queue->put(text);
  {
    std::vector<Child> waiting;
    for (int i = 0; i < 3; ++i) waiting.emplace_back([&] { queue->put("never"); });
    ::usleep(100'000);
    for (const auto& child : waiting) child.signal(SIGKILL);
  }
  Texts seen;
  for (int i = 0; i < 3; ++i) seen.push_back(queue->get());
  const Counters done{1};
  const Child putter{[&] {
    for (const char* text : {"d", "e", "f"}) queue->put(text), ++done[0];
  }};
  grader::report("room", reaches(done[0], 3));
  for (int i = 0; i < 3; ++i) seen.push_back(queue->get());
  grader::report("seen", seen);
}

/// What a putter has put outlives it.
SCENARIO(outlives) {
  const auto queue = make_queue(10);
  Child putter{[&] {
    for (const char* text : {"x", "y", "z"}) queue->put(text);
    ::raise(SIGKILL);
  }};
  putter.wait();
  Texts seen;
  for (int i = 0; i < 3; ++i) seen.push_back(queue->get());
  grader::report("seen", seen);
}

SCENARIO(comes_and_goes) {
  for (int i = 0; i < 5; ++i) {
    const auto queue = make_queue(3);
    queue->put("x");
    if (queue->get() == "x") grader::report("worked", i);
  }
}

#else

#include "exercises/grader/judge.hpp"

using grader::submission;
using grader::varied;
using Texts = std::vector<std::string>;

CHECK(order, 15, "texts come out as they went in, and in that order; an empty one, too") {
  const auto last = std::to_string(varied(1, 1'000'000));
  EXPECT_EQ(submission("order", {last}).value<Texts>("seen"), (Texts{"one", "", "three", "a longer text", last}))
      << "five texts, put and taken by one process";
}

CHECK(bounded, 20, "`put` waits while `size` texts are under way, and only then") {
  for (const int size : {1, varied(2, 9)}) {
    const auto run = submission("bounded", {std::to_string(size)});
    EXPECT_EQ(run.value<int>("before"), size) << "texts that went into a queue of " << size << " before any was taken";
    EXPECT_EQ(run.value<std::string>("first"), "0") << "the first text to be taken";
    EXPECT_EQ(run.value<int>("after"), size + 1) << "texts that had gone in after one was taken";
  }
}

CHECK(waits, 10, "`get` waits until there is a text") {
  const auto run = submission("waits");
  EXPECT_FALSE(run.value<bool>("early")) << "get returned though nothing had been put";
  EXPECT_TRUE(run.value<bool>("came")) << "get waited, then a text was put, but get did not return it";
}

CHECK(shared, 20, "many processes put and get: each text comes out once") {
  for (const auto& [getters, putters] : {std::pair{1, 3}, {grader::worker_counts().back(), varied(2, 5)}}) {
    const auto run = grader::shaken("shared", {std::to_string(getters), std::to_string(putters)});
    EXPECT_EQ(run.value<int>("strange"), 0) << "texts came out that nobody had put in";
    EXPECT_EQ(run.value<int>("once"), 120 / putters * putters)
        << "texts that came out exactly once, put by " << putters << " processes, taken by " << getters;
  }
}

CHECK(whole, 15, "large texts from many processes at once are not mixed") {
  EXPECT_EQ(submission("whole").value<std::string>("found"), "240 whole texts")
      << "4 processes put 60 texts each, of 59,941 to 60,000 bytes";
}

CHECK(survives, 10, "a process that is killed while it waits harms nobody") {
  const auto run = submission("survives");
  EXPECT_TRUE(run.value<bool>("room")) << "processes were killed while they waited in put; three texts were taken, so "
                                          "there should be room for three";
  EXPECT_EQ(run.value<Texts>("seen"), (Texts{"a", "b", "c", "d", "e", "f"}))
      << "what was put after processes were killed while they waited in get";
  EXPECT_EQ(submission("outlives").value<Texts>("seen"), (Texts{"x", "y", "z"}))
      << "what a process had put before it was killed";
}

CHECK(nothing_left, 10, "the destructor closes what the constructor opened") {
  const auto run = submission("comes_and_goes");
  ASSERT_EQ(run.values<int>("worked").size(), 5U) << "five queues, one after the other, each for one text";
  EXPECT_TRUE(grader::left_nothing(run)) << "after five queues have come and gone";
}

#endif
