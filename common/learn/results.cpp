#include "common/learn/results.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "common/learn/course.hpp"
#include "exercises/grader/exports.hpp"

namespace learn {
namespace {

std::string beside(const std::string& file) { return file.empty() ? "" : file + ".part"; }

std::string step_summary() {
  const char* file = std::getenv("GITHUB_STEP_SUMMARY");
  return file ? file : "";
}

}  // namespace

Results::Results(const GradeOptions& options, bool many)
    : json_{options.json},
      junit_{options.junit},
      gradescope_{options.gradescope},
      summary_{step_summary()},
      many_{many} {
  if (many && !gradescope_.empty())
    throw UsageError{"./learn: --gradescope is about one submission; --json and --junit take many"};
  for (const std::string& file : {json_, junit_, gradescope_, beside(gradescope_), summary_}) require_writable(file);
}

void Results::write_so_far(const std::vector<grader::Grade>& grades) const {
  if (gradescope_.empty()) return;
  write_json(beside(gradescope_), grader::to_gradescope(grades));
  std::filesystem::rename(beside(gradescope_), gradescope_);  // whoever looks finds all of it
}

void Results::write(const std::vector<grader::Grade>& grades) const {
  write_so_far(grades);
  nlohmann::json all = nlohmann::json::array();
  for (const auto& grade : grades) all.push_back(grader::to_json(grade));
  write_json(json_, many_ ? all : nlohmann::json{{"exercises", all}});
  if (!junit_.empty()) write_text(junit_, grader::to_junit(grades));
  if (!summary_.empty()) write_text(summary_, grader::to_markdown(grades), true);
}

}  // namespace learn
