#pragma once
/// \file
/// One task, several ways of running it, timed in one run. Every chapter program is made of this:
///
/// \code
/// int main(int argc, char** argv) {
///   mp::main_guard(argc, argv);
///   mp::SideBySide run{argc, argv, "01_process", "loop_sums"};
///   const long n = run.scaled(20'000'000, 50'000'000);
///   run.workload(fmt::format("8 sums of {} additions", n));
///   run.add({"serial", mp::Kind::serial}, [&] { return in_a_loop(n); });
///   run.add({"2 threads", mp::Kind::threads, 2}, [&] { return by_threads(n, 2); });
///   return run.report();
/// }
/// \endcode

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/side_by_side/measure.hpp"

namespace mp {

/// What a variant runs its tasks on.
enum class Kind { serial, threads, processes, hybrid, cluster, python };
/// As the tables, and `--json`, call it.
std::string_view to_string(Kind kind);

/// One way of running the program's task.
struct Variant {
  std::string name;               ///< one line of the table
  Kind kind;                      ///< what its workers are
  int workers = 1;                ///< how many work at once
  bool wrong_on_purpose = false;  ///< its answer is expected to be wrong: one round shows it
  long operations = 0;            ///< if given, what one of them takes is shown, not how much faster it is
  double at = 0;                  ///< if given, one point of a curve: variants of one name are its line
};

/// A variant and what its rounds gave.
struct Measured {
  Variant variant;            ///< what was measured
  std::vector<Round> rounds;  ///< in the order of time
  bool correct = false;       ///< every round gave the right answer

  /// The round whose wall time is the median.
  const Round& typical() const;
  /// (slowest − fastest) / median.
  double spread() const;
};

/// The result of a whole program: what the table, the pictures and `--json` show.
struct Comparison {
  std::string chapter;             ///< in which chapter it is
  std::string program;             ///< what ran
  std::string workload;            ///< what it computed
  std::string axis;                ///< what the points of a curve differ in: `bytes in a message`
  int cpus = 1;                    ///< so many processors may be used
  std::vector<Measured> variants;  ///< in the order of the program

  /// Is there something to compare with: a serial variant, or operations?
  bool compares() const;
  /// How much faster than the first serial variant.
  double speedup(const Measured& m) const;
};

/// Measures variants side by side: each round of each in a child of its own, interleaved so that a
/// slow moment of the machine hits all alike; then shows a table and a picture of who did what when.
///
/// It reads the program's options: `--rounds --workers --scale --json --svg --trace --predict --python --patience`.
class SideBySide {
 public:
  /// Ends the program with a message and code 2 when the options make no sense.
  SideBySide(int argc, char** argv, std::string chapter, std::string program);
  ~SideBySide();
  SideBySide(const SideBySide&) = delete;

  /// How many workers the variants should use: the processors, unless `--workers` says otherwise.
  int workers() const;
  /// The size of the work at this `--scale`.
  long scaled(long quick, long full) const;
  /// A time limit of the program's own, longer where `--patience` asks for it.
  Seconds patience(Seconds limit) const;

  /// What is computed, in a few words.
  void workload(std::string text);
  /// The program draws curves: what their points differ in.
  void across(std::string axis);
  /// The right answer; without it, that of the first variant.
  void expect(std::string answer);
  /// After so long a round is stopped (60 s at first).
  void limit(Seconds most);
  /// `body` does the work and returns its answer.
  void add(Variant variant, std::function<std::string()> body);

  /// Measures and shows it all. The exit code for main: 1 if an answer is wrong that should not be.
  int report();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mp
