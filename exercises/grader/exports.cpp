#include "exercises/grader/exports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "common/learn/terminal.hpp"

namespace grader {
namespace {

std::string lost(const Grade& grade) {
  if (!grade.compiled) return "does not compile";
  std::string names;
  for (const CheckResult& check : grade.checks)
    if (!check.passed) names += (names.empty() ? "" : ", ") + check.name;
  return names;
}

std::string gradescope_output(const std::vector<Grade>& grades) {
  std::string text;
  for (const Grade& grade : grades) {
    const auto ran = std::count_if(grade.checks.begin(), grade.checks.end(), [](auto& check) { return check.ran; });
    if (!text.empty()) text += "\n";
    text += fmt::format("{}: {} of {} points", grade.exercise, grade.points(), grade.total());
    if (!grade.compiled && !grade.compiler_output.empty())
      text += "; it does not compile:\n" + grade.compiler_output;
    else if (!grade.whole())
      text += fmt::format("; stopped after {} of {} checks", ran, grade.checks.size());
  }
  return text;
}

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string row;
  for (const std::string& cell : cells) row += "| " + markdown_text(cell) + " ";
  return row + "|\n";
}

std::string points_of(const Grade& grade) { return fmt::format("{} of {}", grade.points(), grade.total()); }

std::string table_of_submissions(const std::vector<Grade>& grades) {
  std::string text = "### " + markdown_text(grades[0].exercise) + "\n\n";
  text += "| submission | points | lost checks |\n|---|---:|---|\n";
  for (const Grade& grade : grades) text += markdown_row({grade.file.string(), points_of(grade), lost(grade)});
  return text;
}

std::string table_of_checks(const std::vector<Grade>& grades) {
  std::string text = "| exercise | check | points | message |\n|---|---|---:|---|\n";
  for (const Grade& grade : grades) {
    for (const CheckResult& check : grade.checks)
      text += markdown_row(
          {grade.exercise, check.name, fmt::format("{} of {}", check.points(), check.of), first_line(check.message)});
    text += markdown_row({grade.exercise, "all", points_of(grade), grade.compiled ? "" : "does not compile"});
  }
  return text;
}

}  // namespace

nlohmann::json to_gradescope(const std::vector<Grade>& grades) {
  int points = 0;
  auto tests = nlohmann::json::array();
  for (std::size_t g = 0; g < grades.size(); ++g) {
    points += grades[g].points();
    for (const CheckResult& check : grades[g].checks)
      tests.push_back({{"name", grades[g].exercise + ": " + check.name},
                       {"number", fmt::format("{}.{}", g + 1, &check - grades[g].checks.data() + 1)},
                       {"score", check.points()},
                       {"max_score", check.of},
                       {"status", check.passed ? "passed" : "failed"},
                       {"output", check.asks + (check.message.empty() ? "" : "\n\n" + check.message)},
                       {"output_format", "text"},
                       {"visibility", "visible"}});
  }
  return {{"score", points},
          {"execution_time", std::round(seconds_of(grades) * 100) / 100},
          {"output", gradescope_output(grades)},
          {"output_format", "text"},
          {"visibility", "visible"},
          {"tests", tests}};
}

std::string to_markdown(const std::vector<Grade>& grades) {
  return (of_one_exercise(grades) ? table_of_submissions(grades) : table_of_checks(grades)) + "\n";
}

std::string to_row(const Grade& grade, std::size_t width, bool colours) {
  const std::string name = grade.file.string();
  const auto colour = grade.full() ? mp::Colour::green : mp::Colour::yellow;
  return fmt::format("  {}{}  {}  {}\n", name, std::string(width - std::min(width, mp::columns(name)), ' '),
                     mp::painted(fmt::format("{:>3} of {}", grade.points(), grade.total()), colour, colours),
                     lost(grade));
}

std::string valid_text(std::string_view text) {
  const nlohmann::json any = std::string{text};
  return nlohmann::json::parse(any.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)).get<std::string>();
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

bool of_one_exercise(const std::vector<Grade>& grades) {
  return grades.size() > 1 && grades[0].exercise == grades[1].exercise;
}

double seconds_of(const std::vector<Grade>& grades) {
  double sum = 0;
  for (const Grade& grade : grades) sum += grade.seconds;
  return sum;
}

std::string markdown_text(std::string_view text) {
  constexpr std::string_view its_own = R"(\`*_[]<>|~#&!)";
  std::string safe;
  for (const char c : mp::shortened(valid_text(text), 120)) {
    if (its_own.find(c) != std::string_view::npos) safe += '\\';
    safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return safe;
}

}  // namespace grader
