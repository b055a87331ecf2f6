#include "exercises/grader/grade.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "common/descriptor.hpp"
#include "common/learn/terminal.hpp"

namespace fs = std::filesystem;

namespace grader {
namespace {

/// A folder that goes when we go.
class ScratchFolder {
 public:
  explicit ScratchFolder(const fs::path& parent) {
    fs::create_directories(parent);
    std::string name = (parent / "grade-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) mp::throw_errno("mkdtemp");
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

/// Runs a command with its output in a file; its exit code, or 128 + the signal that ended it.
int run(const std::vector<std::string>& command, const fs::path& output) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  mp::check_code(::posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid = 0;
  const int code = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  mp::check_code(code, argv[0]);
  int status = 0;
  mp::check(mp::retry([&] { return ::waitpid(pid, &status, 0); }), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" \n"));
  text.erase(text.find_last_not_of(" \n") + 1);
  return text;
}

/// GoogleTest speaks to whoever wrote the check. A learner wants to know: what was expected, what
/// came, and why that matters; the expressions and the place in our file say nothing to them.
class Translation {
 public:
  explicit Translation(const std::string& failure) : lines_{lines_of(failure)} {
    if (!lines_.empty() && (lines_[0].find("checks.cpp:") != std::string::npos || lines_[0] == "unknown file")) ++at_;
  }

  std::string text() {
    std::string facts;
    if (take("Expected equality of these values:")) {
      const std::string got = value(), expected = value();
      facts = "expected " + expected + "\ngot      " + got + "\n";
    } else if (take("Value of: ")) {
      const std::string actual = take("  Actual: ").value_or("") + "\n" + before("Expected: ");
      take("Expected: ");
      const auto why = actual.find('(');  // what an AssertionResult has to say
      if (why != std::string::npos) facts = actual.substr(why + 1, actual.rfind(')') - why - 1) + "\n";
    } else if (const auto thrown = take("C++ exception with description \"")) {
      const std::string all = *thrown + "\n" + rest();
      return trimmed(all.substr(0, all.rfind("\" thrown in the test body.")));
    }
    return trimmed(rest() + facts);
  }

 private:
  /// The rest of the current line, if it begins so; then the next line is current.
  std::optional<std::string> take(const std::string& beginning) {
    if (at_ == lines_.size() || !lines_[at_].starts_with(beginning)) return std::nullopt;
    return lines_[at_++].substr(beginning.size());
  }
  /// An expression, or what it stands for where the next line tells.
  std::string value() {
    std::string expression = take("  ").value_or("");
    return take("    Which is: ").value_or(expression);
  }
  /// Lines up to the one that begins so.
  std::string before(const std::string& beginning) {
    std::string text;
    while (at_ < lines_.size() && !lines_[at_].starts_with(beginning)) text += lines_[at_++] + "\n";
    return text;
  }
  std::string rest() {
    std::string text;
    while (at_ < lines_.size()) text += lines_[at_++] + "\n";
    return text;
  }

  std::vector<std::string> lines_;
  std::size_t at_ = 0;
};

CheckResult to_result(const nlohmann::json& test) {
  CheckResult result{test.at("name"), test.value("asks", ""), std::stoi(test.value("points", "0")), true, ""};
  for (const auto& failure : test.value("failures", nlohmann::json::array())) {
    result.passed = false;
    if (result.message.empty()) result.message = Translation{failure.at("failure")}.text();  // the rest follows from it
  }
  return result;
}

std::vector<CheckResult> read_results(const fs::path& file) {
  const auto json = nlohmann::json::parse(mp::read_text(file).value_or(""), nullptr, false);
  if (json.is_discarded()) throw std::runtime_error{"the checks ended without a result"};
  std::vector<CheckResult> results;
  for (const auto& suite : json.at("testsuites"))
    for (const auto& test : suite.at("testsuite")) results.push_back(to_result(test));
  return results;
}

std::string first_lines(const std::string& text, std::size_t most) {
  const auto all = lines_of(text);
  std::string lines;
  for (std::size_t i = 0; i < std::min(most, all.size()); ++i) lines += all[i] + "\n";
  return all.size() > most ? lines + "…\n" : lines;
}

/// In lines of at most `width` columns; the later ones begin with `indent`.
std::string wrapped(const std::string& text, std::size_t width, const std::string& indent) {
  std::istringstream words{text};
  std::string all, line;
  for (std::string word; words >> word;) {
    if (!line.empty() && mp::columns(line) + 1 + mp::columns(word) > width)
      all += std::exchange(line, "") + "\n" + indent;
    line += (line.empty() ? "" : " ") + word;
  }
  return all + line;
}

/// Each line behind `by`, and folded where it would go beyond 80 columns.
std::string indented(const std::string& text, const std::string& by) {
  const std::size_t width = 80 - by.size();
  std::string lines;
  for (const std::string& line : lines_of(text)) {
    const std::string lead(std::min(line.find_first_not_of(' '), line.size()), ' ');
    const bool fits = mp::columns(line) <= width;
    lines += by + (fits ? line : lead + wrapped(line, width - lead.size() - 2, by + lead + "  ")) + "\n";
  }
  return lines;
}

std::string title_of(const fs::path& readme) {
  std::ifstream in{readme};
  std::string line;
  while (std::getline(in, line))
    if (line.starts_with("# ")) return line.substr(2, line.find(" {#") - 2);
  return "";
}

}  // namespace

fs::path Exercise::solution() const {
  return folder.parent_path().parent_path() / "solutions" / name / file.filename();
}
fs::path Exercise::starter() const {
  return folder.parent_path().parent_path() / "tests" / "grading" / name / "starter.cpp";
}

std::vector<Exercise> find_exercises(const fs::path& root) {
  std::vector<Exercise> all;
  for (const auto& entry : fs::directory_iterator{root / "exercises"}) {
    if (!fs::exists(entry.path() / "checks.cpp")) continue;
    Exercise exercise{entry.path().filename(), title_of(entry.path() / "README.md"), entry.path(), {}};
    for (const auto& file : fs::directory_iterator{entry.path()})
      if (file.path().extension() == ".cpp" && file.path().filename() != "checks.cpp") exercise.file = file.path();
    all.push_back(std::move(exercise));
  }
  std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return all;
}

int Grade::points() const {
  int sum = 0;
  for (const CheckResult& check : checks) sum += check.points();
  return sum;
}

int Grade::total() const {
  int sum = 0;
  for (const CheckResult& check : checks) sum += check.of;
  return checks.empty() ? 100 : sum;
}

Grade grade(const Exercise& exercise, const fs::path& file, const fs::path& build, double patience) {
  const fs::path parts = build / "exercises" / exercise.name;
  if (!fs::exists(parts / "checks")) throw std::runtime_error{"the checks of " + exercise.name + " are not built"};
  if (!fs::exists(file)) throw std::runtime_error{"there is no file " + file.string()};
  Grade verdict{exercise.name, file, false, "", {}};
  const ScratchFolder scratch{build / "grading"};
  const fs::path log = scratch / "log";
  verdict.compiled = run({"sh", parts / "compile", fs::absolute(file), scratch / "submission"}, log) == 0;
  verdict.compiler_output = mp::read_text(log).value_or("");
  if (!verdict.compiled) return verdict;
  const fs::path results = scratch / "results.json";
  const int code = run({parts / "checks", scratch / "submission", fmt::format("{}", patience),
                        "--gtest_output=json:" + results.string()},
                       log);
  if (code > 1)
    throw std::runtime_error{"the checks of " + exercise.name + " failed themselves:\n" +
                             mp::read_text(log).value_or("")};
  verdict.checks = read_results(results);
  return verdict;
}

nlohmann::json to_json(const Grade& grade) {
  nlohmann::json checks = nlohmann::json::array();
  for (const CheckResult& check : grade.checks)
    checks.push_back({{"name", check.name},
                      {"asks", check.asks},
                      {"points", check.points()},
                      {"of", check.of},
                      {"passed", check.passed},
                      {"message", check.message}});
  nlohmann::json json{{"exercise", grade.exercise}, {"file", grade.file.string()}, {"compiled", grade.compiled},
                      {"points", grade.points()},   {"total", grade.total()},      {"checks", checks}};
  if (!grade.compiled) json["compiler_output"] = grade.compiler_output;
  return json;
}

std::string to_text(const Grade& grade, const Exercise& exercise, bool colours) {
  using mp::Colour;
  using mp::painted;
  std::string text = painted(grade.exercise, Colour::bold, colours) + "  " + exercise.title + "\n";
  if (!grade.compiled)
    return text + painted("  does not compile", Colour::red, colours) + "\n" +
           indented(first_lines(grade.compiler_output, 20), "    ");
  for (const CheckResult& check : grade.checks) {
    text += painted(check.passed ? "  GOOD " : "  BAD  ", check.passed ? Colour::green : Colour::red, colours) +
            fmt::format("{:>3}  {} {}\n", check.of, mp::left(check.name, 14),
                        painted(wrapped(check.asks, 53, std::string(27, ' ')), Colour::dim, colours));
    if (!check.passed) text += indented(first_lines(check.message, 16), "           ");
  }
  const Colour colour = grade.full() ? Colour::green : Colour::yellow;
  return text + painted(fmt::format("  {} of {} points\n", grade.points(), grade.total()), colour, colours);
}

}  // namespace grader
