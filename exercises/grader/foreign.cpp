#include "exercises/grader/foreign.hpp"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "common/descriptor.hpp"

namespace fs = std::filesystem;

namespace grader {
namespace {

/// The files that a rule for make names: `a.o: a.cpp b\ c.hpp \`
std::vector<fs::path> files_of(const std::string& rule) {
  std::vector<fs::path> all;
  std::string name;
  for (std::size_t i = std::min(rule.find(": "), rule.size() - 1) + 1; i < rule.size(); ++i) {
    const bool marked = rule[i] == '\\' && i + 1 < rule.size() && rule[i + 1] != '\n';  // what follows is of the name
    if (!marked && (rule[i] == ' ' || rule[i] == '\n' || rule[i] == '\\')) {
      if (!name.empty()) all.push_back(std::exchange(name, ""));
    } else {
      name += rule[i += marked || (rule[i] == '$' && rule[i + 1] == '$') ? 1 : 0];
    }
  }
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
