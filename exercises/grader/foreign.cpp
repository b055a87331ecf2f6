#include "exercises/grader/foreign.hpp"

#include <algorithm>
#include <regex>
#include <sstream>
#include <vector>

#include "common/descriptor.hpp"

namespace fs = std::filesystem;

namespace grader {
namespace {

/// The files that a rule for make names: `a.o: a.cpp b\ c.hpp \`. What follows a backslash is of the name, but for the
/// end of a line; `$$` is a dollar.
std::vector<fs::path> files_of(const std::string& rule) {
  static const std::regex name{R"((?:\\[^\n]|\$\$|[^\s\\])+)"}, marked{R"(\\(.)|\$(\$))"};
  std::vector<fs::path> all;
  const auto from = rule.begin() + static_cast<long>(std::min(rule.find(": "), rule.size() - 1)) + 1;
  for (std::sregex_iterator at{from, rule.end(), name}, end; at != end; ++at)
    all.push_back(std::regex_replace(at->str(), marked, "$1$2"));
  return all;
}

bool is_below(const fs::path& file, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

/// By its name, not by what is behind it: nobody but root puts anything there.
bool is_of_the_system(const fs::path& file) {
  std::istringstream folders{SYSTEM_INCLUDES};
  for (std::string folder; std::getline(folders, folder, ':');)
    if (is_below(fs::absolute(file).lexically_normal(), folder)) return true;
  return false;
}

}  // namespace

std::string foreign_file(const fs::path& list, const fs::path& submission, const fs::path& course) {
  const fs::path root = fs::canonical(course);
  for (const fs::path& file : files_of(mp::read_text(list).value_or(":"))) {
    if (is_of_the_system(file)) continue;
    std::error_code missing;  // the compiler says so, too
    const fs::path real = fs::canonical(file, missing);
    if (missing || real == fs::canonical(submission)) continue;
    if (is_below(real, root / "common") || is_below(real, root / "chapters")) continue;
    return is_below(real, root) ? fs::relative(real, root) : file;
  }
  return "";
}

}  // namespace grader
