#include "exercises/grader/grade.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>

#include "common/clock.hpp"
#include "common/descriptor.hpp"
#include "common/learn/terminal.hpp"
#include "exercises/grader/command.hpp"
#include "exercises/grader/foreign.hpp"
#include "exercises/grader/translation.hpp"

namespace fs = std::filesystem;

namespace grader {
namespace {

/// What the judge says of its checks: all of them before the first is run, and each when it was.
CheckResult to_check(const nlohmann::json& line) {
  CheckResult check{line.at("name"), line.at("asks"), line.at("points")};
  check.message = "not run: grading was stopped before this check";
  return check;
}

void add_verdict(Grade& grade, const nlohmann::json& line) {
  const std::string name = line.at("name");
  for (CheckResult& check : grade.checks) {
    if (check.name != name) continue;
    const auto& failures = line.at("failures");
    check.ran = true;
    check.passed = failures.empty();
    check.seconds = line.at("seconds");
    check.message = check.passed ? "" : translated(failures.at(0));  // the rest follows from it
  }
}

/// The exercise's parts, built.
fs::path parts_of(const Exercise& exercise, const fs::path& build) {
  const fs::path parts = build / "exercises" / exercise.name;
  if (!fs::exists(parts / "checks")) throw std::runtime_error{"the checks of " + exercise.name + " are not built"};
  return parts;
}

std::string first_lines(const std::string& text, std::size_t most) {
  const auto all = lines_of(text);
  std::string lines;
  for (std::size_t i = 0; i < std::min(most, all.size()); ++i) lines += all[i] + "\n";
  return all.size() > most ? lines + "…\n" : lines;
}

/// What the compiler said. Of its own end it says what helps nobody.
std::string words_of_compiler(const fs::path& log) {
  constexpr std::size_t most = 1 << 16;
  const std::string all = mp::read_text(log).value_or("").substr(0, most);
  for (const char* end : {"terminated program", "out of memory", "memory exhausted", "due to signal"})
    if (all.find(end) != std::string::npos)
      return "the compiler was stopped: it needed more time, memory or disk than any answer does\n";
  return all.empty() ? "the compiler was stopped\n" : all;
}

/// Why a submission cannot be built by this script; nothing when it was.
std::string problem_of(const fs::path& script, const fs::path& file, const fs::path& program, const fs::path& course) {
  const fs::path log = program.string() + ".log";
  const int code = run_command({"sh", script, fs::absolute(file), program}, log);
  const std::string foreign = foreign_file(program.string() + ".d", file, course);
  if (!foreign.empty())
    return "it includes " + foreign +
           ": an answer is one file of your own, with the standard library, common/ and the chapters\n";
  return code == 0 ? "" : words_of_compiler(log);
}

/// In lines of at most `width` columns, of which the later ones begin with `indent`; what is not folded stays as it is.
std::string wrapped(const std::string& text, std::size_t width, const std::string& indent) {
  std::string all, line;
  std::size_t end = 0;
  for (std::size_t at = 0; (at = text.find_first_not_of(' ', at)) != std::string::npos; at = end) {
    const std::string gap(at - end, ' ');
    end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    const bool fits = line.empty() || mp::columns(line) + gap.size() + mp::columns(word) <= width;
    if (!fits) all += std::exchange(line, "") + "\n" + indent;
    line += (line.empty() ? "" : gap) + word;
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

/// Who hangs once mostly hangs again, in the same places: the checks after the first one that told of them name that.
class Hangs {
 public:
  std::string shortened(const CheckResult& check) {
    std::string rest;
    std::set<std::string> places;
    for (const std::string& line : lines_of(check.message))
      if (!line.starts_with("  process "))
        rest += line + "\n";
      else if (const auto place = line.rfind('('); place != std::string::npos)
        places.insert(line.substr(place));
    if (places.empty()) return check.message;
    const auto [first, is_new] = told_.emplace(places, check.name);
    return is_new ? check.message : rest + "  who waits for whom: as in " + first->second;
  }

 private:
  std::map<std::set<std::string>, std::string> told_;  // by what check
};

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

bool Grade::whole() const {
  return std::all_of(checks.begin(), checks.end(), [](auto& check) { return check.ran; });
}

Grade planned(const Exercise& exercise, const fs::path& file, const fs::path& build) {
  if (!fs::exists(file)) throw std::runtime_error{"there is no file " + file.string()};
  Grade verdict{exercise.name, file};
  const auto add = [&](const std::string& line) { verdict.checks.push_back(to_check(nlohmann::json::parse(line))); };
  if (run_command({parts_of(exercise, build) / "checks", "--list"}, "/dev/null", add) != 0 || verdict.checks.empty())
    throw std::runtime_error{"the checks of " + exercise.name + " cannot be listed"};
  return verdict;
}

/// A folder that goes when we go.
class Submission::ScratchFolder {
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

Submission::Submission(const Exercise& exercise, const fs::path& file, const fs::path& build)
    : folder_{std::make_unique<ScratchFolder>(build / "grading")}, before_{planned(exercise, file, build)} {
  const auto start = mp::Clock::now();
  const fs::path parts = parts_of(exercise, build);
  checks_ = parts / "checks";
  const auto problem = [&](const char* script, const char* program) {
    return problem_of(parts / script, file, *folder_ / program, exercise.folder.parent_path().parent_path());
  };
  std::future<std::string> watched;
  if (fs::exists(parts / "compile_watched"))
    watched = std::async(std::launch::async, problem, "compile_watched", "submission.watched");
  before_.compiler_output = problem("compile", "submission");
  const std::string hidden = watched.valid() ? watched.get() : "";
  if (before_.compiler_output.empty() && !hidden.empty())
    before_.compiler_output = "under the thread sanitizer, where its races would be seen:\n" + hidden;
  before_.compiled = before_.compiler_output.empty();
  before_.seconds = mp::seconds_since(start);
  if (before_.compiled) return;
  for (CheckResult& check : before_.checks) check.message = "not run: the submission does not compile";
}
Submission::~Submission() = default;
Submission::Submission(Submission&&) noexcept = default;

Grade Submission::judge(const Conditions& conditions, const Listener& after_each) const {
  const auto start = mp::Clock::now();
  Grade verdict = before_;
  verdict.seed = conditions.seed;
  if (!verdict.compiled) return verdict;
  const fs::path log = *folder_ / "log";
  const auto on_line = [&](const std::string& line) {
    add_verdict(verdict, nlohmann::json::parse(line));
    verdict.seconds = before_.seconds + mp::seconds_since(start);
    if (after_each) after_each(verdict);
  };
  const int code = run_command({checks_, *folder_ / "submission", fmt::format("{}", conditions.patience),
                                std::to_string(conditions.seed), "--tell"},
                               log, on_line);
  if (code > 1)
    throw std::runtime_error{"the checks of " + verdict.exercise + " failed themselves:\n" +
                             mp::read_text(log).value_or("")};
  if (!verdict.whole()) throw std::runtime_error{"the checks ended without a result"};
  return verdict;
}

Grade grade(const Exercise& exercise, const fs::path& file, const fs::path& build, const Conditions& conditions,
            const Listener& after_each) {
  return Submission{exercise, file, build}.judge(conditions, after_each);
}

nlohmann::json to_json(const Grade& grade) {
  nlohmann::json checks = nlohmann::json::array();
  for (const CheckResult& check : grade.checks)
    checks.push_back({{"name", check.name},
                      {"asks", check.asks},
                      {"points", check.points()},
                      {"of", check.of},
                      {"ran", check.ran},
                      {"passed", check.passed},
                      {"seconds", check.seconds},
                      {"message", check.message}});
  nlohmann::json json{{"exercise", grade.exercise}, {"file", grade.file.string()},
                      {"seed", grade.seed},         {"compiled", grade.compiled},
                      {"points", grade.points()},   {"total", grade.total()},
                      {"seconds", grade.seconds},   {"checks", checks}};
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
  Hangs hangs;
  for (const CheckResult& check : grade.checks) {
    text += painted(check.passed ? "  GOOD " : "  BAD  ", check.passed ? Colour::green : Colour::red, colours) +
            fmt::format("{:>3}  {} {}\n", check.of, mp::left(check.name, 14),
                        painted(wrapped(check.asks, 53, std::string(27, ' ')), Colour::dim, colours));
    if (!check.passed) text += indented(first_lines(hangs.shortened(check), 16), "           ");
  }
  const Colour colour = grade.full() ? Colour::green : Colour::yellow;
  return text + painted(fmt::format("  {} of {} points\n", grade.points(), grade.total()), colour, colours);
}

}  // namespace grader
