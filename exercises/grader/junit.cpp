// JUnit's XML, by hand: it is small, and what a reader of it expects is settled by use.
#include <fmt/format.h>

#include "exercises/grader/exports.hpp"

namespace grader {
namespace {

struct Counts {
  long tests = 0, failures = 0, errors = 0, skipped = 0;

  void add(const Counts& more) {
    tests += more.tests, failures += more.failures, errors += more.errors, skipped += more.skipped;
  }
  std::string attributes(double seconds) const {
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.3f}")", tests, failures, errors,
                       skipped, seconds);
  }
};

Counts counts_of(const Grade& grade) {
  Counts counts;
  if (!grade.compiled) counts.tests = counts.errors = 1;  // compiling is a case of its own then
  for (const CheckResult& check : grade.checks) {
    ++counts.tests;
    if (!check.ran) ++counts.skipped;
    if (check.ran && !check.passed) ++counts.failures;
  }
  return counts;
}

/// A case; `outcome` is the element for what went wrong, or nothing.
std::string junit_case(const std::string& name, const std::string& place, double seconds, const std::string& outcome,
                       const std::string& message) {
  std::string text =
      fmt::format(R"(    <testcase name="{}" classname="{}" time="{:.3f}")", xml_text(name), xml_text(place), seconds);
  if (outcome.empty()) return text + "/>\n";
  return text + fmt::format(">\n      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n    </testcase>\n", outcome,
                            xml_text(first_line(message)), name == "compile" ? "compiler" : "check", xml_text(message));
}

std::string junit_cases(const Grade& grade, const std::string& place) {
  std::string text;
  if (!grade.compiled)
    text += junit_case("compile", place, grade.seconds, "error", "does not compile\n" + grade.compiler_output);
  for (const CheckResult& check : grade.checks)
    text += junit_case(check.name, place, check.seconds,
                       !check.ran     ? "skipped"
                       : check.passed ? ""
                                      : "failure",
                       check.message);
  return text;
}

}  // namespace

std::string to_junit(const std::vector<Grade>& grades) {
  Counts all;
  std::string suites;
  for (const Grade& grade : grades) {
    const auto which = (grade.file.parent_path() / grade.file.stem()).string();
    const bool many = of_one_exercise(grades);
    const auto counts = counts_of(grade);
    all.add(counts);
    suites += fmt::format("  <testsuite name=\"{}\" {}>\n", xml_text(grade.exercise + (many ? ": " + which : "")),
                          counts.attributes(grade.seconds));
    suites += fmt::format("    <properties><property name=\"submission\" value=\"{}\"/></properties>\n",
                          xml_text(grade.file.string()));
    suites += junit_cases(grade, grade.exercise + (many ? "." + which : "")) + "  </testsuite>\n";
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"exercises\" {}>\n{}</testsuites>\n",
      all.attributes(seconds_of(grades)), suites);
}

std::string xml_text(std::string_view text) {
  std::string safe;
  for (const char c : valid_text(text)) {
    const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
    if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '&')
      safe += "&amp;";
    else if (c == '"')
      safe += "&quot;";
    else if (!control)
      safe += c;
  }
  for (const char* never : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})  // U+FFFE and U+FFFF: UTF-8, yet not XML
    for (std::size_t at; (at = safe.find(never)) != std::string::npos;) safe.erase(at, 3);
  return safe;
}

}  // namespace grader
