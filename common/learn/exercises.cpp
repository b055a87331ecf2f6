// ./learn grade, hint and reset.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/descriptor.hpp"
#include "common/learn/course.hpp"
#include "common/learn/terminal.hpp"
#include "common/learn/verbs.hpp"
#include "exercises/grader/grade.hpp"

namespace fs = std::filesystem;

namespace learn {
namespace {

/// `01_1`, or the whole name.
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

std::string number(const std::string& exercise) { return exercise.substr(0, 4); }

void remember(Progress& progress, const grader::Grade& grade) {
  int& best = progress.best_points[grade.exercise];
  best = std::max(best, grade.points());
  auto& failing = progress.failing_checks[grade.exercise];
  failing.clear();
  if (!grade.compiled) failing.push_back("compile");
  for (const auto& check : grade.checks)
    if (!check.passed) failing.push_back(check.name);
}

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

int grade(const GradeOptions& options) {
  const auto chosen = choose(options.names);
  if (!options.file.empty() && chosen.size() != 1)
    throw UsageError{"--file goes with one exercise: ./learn grade 01_1 --file F"};
  require_writable(options.json);
  const bool colours = mp::colours_wanted(STDOUT_FILENO);
  const bool own = options.file.empty() && !options.solutions;
  nlohmann::json all = nlohmann::json::array();
  Progress progress = Progress::load();
  bool full = true;
  for (const auto& exercise : chosen) {
    const fs::path file = !options.file.empty() ? fs::path{options.file}
                          : options.solutions   ? exercise.solution()
                                                : exercise.file;
    mp::show_progress("  grading " + exercise.name + " …");
    const auto grade = grader::grade(exercise, file, build(), options.patience);
    mp::clear_progress();
    fmt::print("{}", grader::to_text(grade, exercise, colours));
    if (own) remember(progress, grade);
    if (own && grade.compiled && !grade.full())
      fmt::print("  edit {}, or ask: ./learn hint {}\n", fs::relative(exercise.file, root()).string(),
                 number(exercise.name));
    fmt::print("\n");
    all.push_back(grader::to_json(grade));
    full = full && grade.full();
  }
  write_json(options.json, {{"exercises", all}});
  if (own) progress.save();
  return full ? 0 : 1;
}

int hint(const std::string& name) {
  const auto exercise = choose({name}).front();
  Progress progress = Progress::load();
  const auto graded = progress.failing_checks.find(exercise.name);
  if (graded == progress.failing_checks.end()) {
    fmt::print("Hints look at the check that fails: first ./learn grade {}\n", number(exercise.name));
    return 1;
  }
  if (graded->second.empty()) {
    fmt::print("Nothing fails in {}: no hint needed.\n", exercise.name);
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
    fmt::print("{} is as it was handed out already\n", fs::relative(exercise.file, root()).string());
    return 0;
  }
  Progress progress = Progress::load();
  progress.failing_checks.erase(exercise.name);
  progress.save();
  fs::path kept = exercise.file;
  for (int n = 1; fs::exists(kept); ++n) kept = exercise.file.string() + fmt::format(".yours-{}", n);
  fs::copy_file(exercise.file, kept);
  fs::copy_file(exercise.starter(), exercise.file, fs::copy_options::overwrite_existing);
  fmt::print("{} is as it was handed out; yours is kept as {}\n", fs::relative(exercise.file, root()).string(),
             kept.filename().string());
  return 0;
}

}  // namespace learn
