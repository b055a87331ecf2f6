// ./learn hint and reset, and what the verbs about exercises share.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "common/descriptor.hpp"
#include "common/learn/course.hpp"
#include "common/learn/exercises.hpp"
#include "common/learn/verbs.hpp"

namespace fs = std::filesystem;

namespace learn {

std::vector<grader::Exercise> choose(const std::vector<std::string>& names) {
  const auto all = grader::find_exercises(root());
  if (names.empty()) return all;
  std::vector<grader::Exercise> chosen;
  for (const std::string& name : names) {
    const auto found = std::find_if(all.begin(), all.end(), [&](auto& e) {
      return e.name == name || (name.size() == 4 && e.name.starts_with(name + "_"));
    });
    if (found == all.end())
      throw UsageError{"there is no exercise " + name + "; ./learn grade without a number grades all"};
    chosen.push_back(*found);
  }
  return chosen;
}

std::optional<grader::Exercise> next_unfinished(const std::string& behind) {
  auto all = choose({});
  const auto here = std::find_if(all.begin(), all.end(), [&](auto& each) { return each.name == behind; });
  if (here != all.end()) std::rotate(all.begin(), here, all.end());
  const auto progress = Progress::load();
  for (const grader::Exercise& each : all) {
    const auto best = progress.best_points.find(each.name);
    if (each.name != behind && (best == progress.best_points.end() || best->second < 100)) return each;
  }
  return std::nullopt;
}

std::string short_path(const fs::path& file) { return fs::relative(file, root()).string(); }

std::string number(const std::string& exercise) { return exercise.substr(0, 4); }

void remember(Progress& progress, const grader::Grade& grade) {
  int& best = progress.best_points[grade.exercise];
  best = std::max(best, grade.points());
  auto& failing = progress.failing_checks[grade.exercise];
  failing.clear();
  if (!grade.compiled) failing.push_back("compile");
  for (const auto& check : grade.checks)
    if (check.ran && !check.passed) failing.push_back(check.name);
}

namespace {

/// The numbered hints below `## check`.
std::vector<std::string> hints_for(const fs::path& file, const std::string& check) {
  std::ifstream in{file};
  std::vector<std::string> hints;
  bool here = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## "))
      here = line == "## " + check;
    else if (here && line.size() > 3 && std::isdigit(static_cast<unsigned char>(line[0])))
      hints.push_back(line.substr(3));
    else if (here && !line.empty() && !hints.empty())
      hints.back() += " " + line;
  }
  return hints;
}

}  // namespace

int hint(const std::string& name) {
  const auto exercise = choose({name}).front();
  Progress progress = Progress::load();
  const auto graded = progress.failing_checks.find(exercise.name);
  if (graded == progress.failing_checks.end()) {
    fmt::print("Hints look at the check that fails: first ./learn grade {}\n", number(exercise.name));
    return 1;
  }
  if (graded->second.empty()) {
    fmt::print("Nothing failed when {} was last graded: no hint needed.\n", exercise.file.filename().string());
    return 0;
  }
  const std::string& check = graded->second.front();
  if (check == "compile") {
    fmt::print("{} did not compile: mend that first, the compiler says where.\n", exercise.name);
    return 1;
  }
  const auto hints = hints_for(exercise.hints(), check);
  if (hints.empty()) throw std::runtime_error{"there are no hints for the check " + check};
  int& shown = progress.hints_shown[exercise.name + "/" + check];
  const auto index = std::min(static_cast<std::size_t>(shown), hints.size() - 1);
  fmt::print("{} · {} · hint {} of {}\n\n  {}\n", exercise.name, check, index + 1, hints.size(), hints[index]);
  if (index + 1 == hints.size()) fmt::print("\nThat was the last one. solutions/{} has an answer.\n", exercise.name);
  shown = static_cast<int>(index) + 1;
  progress.save();
  return 0;
}

int reset(const std::string& name) {
  const auto exercise = choose({name}).front();
  if (mp::read_text(exercise.file) == mp::read_text(exercise.starter())) {
    fmt::print("{} is as it was handed out already\n", short_path(exercise.file));
    return 0;
  }
  Progress progress = Progress::load();
  progress.failing_checks.erase(exercise.name);
  progress.save();
  fs::path kept = exercise.file;
  for (int n = 1; fs::exists(kept); ++n) kept = exercise.file.string() + fmt::format(".yours-{}", n);
  fs::copy_file(exercise.file, kept);
  fs::copy_file(exercise.starter(), exercise.file, fs::copy_options::overwrite_existing);
  fmt::print("{} is as it was handed out; yours is kept as {}\n", short_path(exercise.file), kept.filename().string());
  return 0;
}

}  // namespace learn
