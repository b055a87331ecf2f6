#pragma once
/// \file
/// What /proc says of a process, to whoever looks from outside. It may end meanwhile: then it says nothing.

#include <sys/types.h>

#include <filesystem>
#include <set>
#include <string>

#include "common/descriptor.hpp"

namespace grader {

inline std::string folder_of(pid_t pid) { return "/proc/" + std::to_string(pid); }

/// What the process or thread with this folder in /proc is doing: R runs, S sleeps, T is stopped, Z has ended, X is
/// gone.
inline char state_in(const std::string& folder) {
  const auto stat = mp::read_text(folder + "/stat").value_or(") X");
  const auto name_ends = stat.rfind(')');  // missing where it went just now
  return name_ends == std::string::npos ? 'X' : stat.at(name_ends + 2);
}

/// The names in a folder: threads in `task`, descriptors in `fd`.
inline std::set<std::string> entries(const std::filesystem::path& folder) {
  std::set<std::string> names;
  std::error_code gone;
  for (std::filesystem::directory_iterator each{folder, gone}, end; !gone && each != end; each.increment(gone))
    names.insert(each->path().filename());
  return names;
}

/// What a descriptor leads to: `pipe:[123]`, `/dev/null`.
inline std::string target_of(pid_t pid, const std::string& number) {
  std::error_code gone;
  return std::filesystem::read_symlink(folder_of(pid) + "/fd/" + number, gone).string();
}

}  // namespace grader
