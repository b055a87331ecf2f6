#pragma once
/// \file
/// From an exercise and a file to a verdict.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace grader {

/// An exercise of the course, found by its folder.
struct Exercise {
  std::string name;              ///< `01_1_endings`
  std::string title;             ///< the first heading of its README
  std::filesystem::path folder;  ///< with the one file to edit
  std::filesystem::path file;    ///< that file

  std::filesystem::path solution() const;  ///< the reference answer
  std::filesystem::path starter() const;   ///< the file as it was handed out
  std::filesystem::path hints() const { return folder / "hints.md"; }
};

/// All exercises below `root`, in order.
std::vector<Exercise> find_exercises(const std::filesystem::path& root);

/// One graded point.
struct CheckResult {
  std::string name, asks;
  int of = 0;  ///< points it is worth
  bool ran = false, passed = false;
  double seconds = 0;     ///< what it took
  std::string message{};  ///< why it did not pass, or was not run

  int points() const { return passed ? of : 0; }
};

/// The verdict on a submission.
struct Grade {
  std::string exercise;
  std::filesystem::path file;
  bool compiled = false;
  std::string compiler_output{};
  std::vector<CheckResult> checks{};  ///< all of them, run or not
  double seconds = 0;                 ///< what compiling and checking took
  int seed = 1;                       ///< what chose the numbers and delays

  int points() const;
  int total() const;
  bool full() const { return compiled && points() == total(); }
  bool whole() const;  ///< was every check run?
};

/// A verdict that gives no points yet, with all checks of the exercise. Throws as grade() does.
Grade planned(const Exercise& exercise, const std::filesystem::path& file, const std::filesystem::path& build);

/// How a submission is judged.
struct Conditions {
  double patience = 1;  ///< multiplies the time limits
  int seed = 1;         ///< chooses the numbers that checks use, and delays at the points where a schedule may turn
};

/// Is told the verdict so far, after each check.
using Listener = std::function<void(const Grade&)>;

/// A file, compiled as a submission for an exercise: it can be judged again and again.
class Submission {
 public:
  /// Blocks for seconds. Throws std::runtime_error when the exercise's own parts are missing, never because of what
  /// is in the file.
  Submission(const Exercise& exercise, const std::filesystem::path& file, const std::filesystem::path& build);
  ~Submission();
  Submission(Submission&&) noexcept;

  /// Runs the checks. Blocks for seconds. Throws std::runtime_error when the checks themselves are broken, never
  /// because of what the submission does.
  Grade judge(const Conditions& conditions = {}, const Listener& after_each = {}) const;

 private:
  class ScratchFolder;
  std::unique_ptr<ScratchFolder> folder_;
  std::filesystem::path checks_;
  Grade before_;  // any check
};

/// Compiles and judges once.
Grade grade(const Exercise& exercise, const std::filesystem::path& file, const std::filesystem::path& build,
            const Conditions& conditions = {}, const Listener& after_each = {});

nlohmann::json to_json(const Grade& grade);

/// The verdict for people, at most 80 columns but for what the checks quote.
std::string to_text(const Grade& grade, const Exercise& exercise, bool colours);

}  // namespace grader
