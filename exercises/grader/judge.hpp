#pragma once
/// \file
/// The half of an exercise's checks that judges: GoogleTest tests with points, each looking at what
/// a run of the submission did. The submission runs elsewhere; nothing here can be touched by it.

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "common/pickle/codec.hpp"
#include "exercises/grader/sandbox.hpp"

namespace grader {

/// A run of the submission, with its reports as values.
class Run : public Outcome {
 public:
  explicit Run(Outcome outcome) : Outcome{std::move(outcome)} {}

  /// All values reported under a key, in the order of their arrival.
  template <class T>
  std::vector<T> values(const std::string& key) const {
    std::vector<T> found;
    for (const Report& report : reports)
      if (report.key == key) {
        mp::Decoder in{mp::Message{report.value, {}}};
        found.push_back(mp::decode<T>(in));
      }
    return found;
  }

  /// The one value that the scenario itself reported under a key, after all it started; the check fails when
  /// there is none, saying how the run ended, and when another process reported it too.
  template <class T>
  T value(const std::string& key) const {
    for (const Report& report : reports)
      if (report.key == key && report.from != subject)
        throw std::runtime_error{"a child came back to the code that called you, and went on there beside its parent"};
    const auto all = values<T>(key);
    if (all.size() > 1)
      throw std::runtime_error{"the " + key + " were reported " + std::to_string(all.size()) + " times"};
    if (all.empty())
      throw std::runtime_error{
          story(finished ? "the scenario ended too early to tell" : "your function did not return")};
    return all.front();
  }

  /// `what`, and how the run ended, with the end of its error output.
  std::string story(const std::string& what) const;
};

/// Runs a scenario of the submission under supervision.
Run submission(const std::string& scenario, std::vector<std::string> arguments = {});
/// The same, with delays that the seed chooses, before and after what may turn a schedule: calls of the C library that
/// lock, wake, send and wait, and named points. For scenarios that arrange no schedule of their own.
Run shaken(const std::string& scenario, std::vector<std::string> arguments = {});

/// A number from `low` to `high` that the seed chooses. What a submission is asked changes with the seed, what it has
/// to do does not. A check gets the same numbers whether it runs alone or after others.
int varied(int low, int high);
/// So many workers for a check to try: one, two, and 3, 5, 7 or 13.
std::vector<int> worker_counts();
/// In an order that the seed chooses.
template <class T>
std::vector<T> shuffled(std::vector<T> items) {
  for (std::size_t n = items.size(); n > 1; --n)
    std::swap(items[n - 1], items[static_cast<std::size_t>(varied(0, static_cast<int>(n) - 1))]);
  return items;
}

/// True if the run came to its end and left no process, descriptor, thread, file or shared memory.
testing::AssertionResult left_nothing(const Run& run);
/// True if the scenario came to its end.
testing::AssertionResult came_to_its_end(const Run& run);

/// The same, and nothing went wrong on the way: nobody has told of trouble.
testing::AssertionResult went_well(const Run& run);

/// True if the thread sanitizer sees no data race in the submission's file while it runs a scenario; also where the
/// sanitizer does not work, which `./learn doctor` tells. For exercises that are compiled with it, too.
testing::AssertionResult no_data_race(const std::string& scenario, std::vector<std::string> arguments = {});

/// Its points and what it asks for are known before any check is run.
bool describe_check(const char* name, int points, const char* asks);

}  // namespace grader

/// One graded point of an exercise: `CHECK(name, points, "what it asks for") { … EXPECT_… }`
#define CHECK(name, points, asks)                                                   \
  static const bool described_##name = grader::describe_check(#name, points, asks); \
  TEST(Check, name)
