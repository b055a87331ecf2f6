// ./learn grade
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "common/learn/exercises.hpp"
#include "common/learn/results.hpp"
#include "common/learn/terminal.hpp"
#include "common/learn/verbs.hpp"
#include "exercises/grader/exports.hpp"

namespace fs = std::filesystem;

namespace learn {
namespace {

struct Submission {
  grader::Exercise exercise;
  fs::path file;
};

/// The file, or all files of the folder, by name.
std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::exists(path)) throw UsageError{"./learn: there is no file or folder " + path.string()};
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator{path})
    if (entry.is_regular_file() && !entry.path().filename().string().starts_with(".")) files.push_back(entry.path());
  if (files.empty()) throw UsageError{"./learn: there is no file in " + path.string() + " to be graded"};
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Submission> submissions_of(const GradeOptions& options) {
  const auto exercises = choose(options.names);
  std::vector<Submission> all;
  if (options.files.empty())
    for (const auto& each : exercises) all.push_back({each, options.solutions ? each.solution() : each.file});
  else if (exercises.size() != 1)
    throw UsageError{"--file goes with one exercise: ./learn grade 01_1 --file F"};
  for (const auto& path : options.files)
    for (const auto& file : files_of(path)) all.push_back({exercises[0], file});
  return all;
}

void show(const grader::Grade& grade, const grader::Exercise& exercise, bool own, int seeds) {
  fmt::print("{}", grader::to_text(grade, exercise, mp::colours_wanted(STDOUT_FILENO)));
  if (own && grade.compiled && !grade.full())
    fmt::print("  edit {}, or ask: ./learn hint {}\n", short_path(exercise.file), number(exercise.name));
  if (grade.full() && seeds > 1) fmt::print("  with each of {} seeds\n", seeds);
  if (grade.seed != 1 && grade.compiled && !grade.full())
    fmt::print("  the same again: ./learn grade {}{} --seed {}\n", number(exercise.name),
               own ? "" : " --file " + grade.file.string(), grade.seed);
  fmt::print("\n");
}

/// With each seed, up to the first that loses a point.
grader::Grade judged(const grader::Submission& submission, const GradeOptions& options,
                     const grader::Listener& after_each) {
  for (int seed = options.seed;; ++seed) {
    grader::Grade grade = submission.judge({options.patience, seed}, after_each);
    if (!grade.full() || seed >= options.seeds) return grade;
    mp::show_progress(fmt::format("  grading {} with seed {} …", grade.exercise, seed + 1));
  }
}

/// Names are padded to the longest, as far as a line has room for it.
std::size_t name_width(const std::vector<Submission>& submissions) {
  std::size_t width = 0;
  for (const auto& each : submissions) width = std::max(width, mp::columns(each.file.string()));
  return std::min<std::size_t>(width, 50);
}

}  // namespace

int grade(const GradeOptions& options) {
  const auto submissions = submissions_of(options);
  const bool many = options.files.size() > 1 || (options.files.size() == 1 && submissions.size() > 1);
  const bool own = options.files.empty() && !options.solutions;
  const Results results{options, many};
  std::vector<grader::Grade> grades;
  for (const auto& each : submissions) grades.push_back(grader::planned(each.exercise, each.file, build()));
  results.write_so_far(grades);
  Progress progress = Progress::load();
  for (std::size_t i = 0; i < grades.size(); ++i) {
    const auto& [exercise, file] = submissions[i];
    mp::show_progress("  grading " + (many ? file.string() : exercise.name) + " …");
    grades[i] = judged({exercise, file, build()}, options, [&](const grader::Grade& so_far) {
      grades[i] = so_far;
      results.write_so_far(grades);
    });
    mp::clear_progress();
    if (many)
      fmt::print("{}", grader::to_row(grades[i], name_width(submissions), mp::colours_wanted(STDOUT_FILENO)));
    else
      show(grades[i], exercise, own, options.seeds);
    if (own) remember(progress, grades[i]);
  }
  results.write(grades);
  if (own) progress.save();
  return std::all_of(grades.begin(), grades.end(), [](auto& each) { return each.full(); }) ? 0 : 1;
}

}  // namespace learn
