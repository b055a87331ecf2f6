#include "exercises/grader/race.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "exercises/grader/source.hpp"
#include "exercises/grader/translation.hpp"

namespace grader {
namespace {

using Offsets = std::vector<unsigned long>;

/// The calls in which two threads met, each from the innermost outwards.
std::vector<Offsets> accesses(const std::vector<std::string>& report) {
  static const std::regex access{R"(^  (Previous )?(atomic )?(read|write) of size .*)", std::regex::icase};
  static const std::regex call{R"(^    #\d+ .*\(submission\.watched\+0x([0-9a-f]+)\))"};
  std::vector<Offsets> found;
  bool wanted = false;
  for (const std::string& line : report) {
    std::smatch match;
    if (std::regex_match(line, access)) wanted = true, found.emplace_back();
    if (line.empty()) wanted = false;
    if (wanted && std::regex_search(line, match, call)) found.back().push_back(std::stoul(match[1], nullptr, 16));
  }
  return found;
}

/// The places in the submission's own file where that was.
std::vector<std::string> places(const std::string& program, const std::vector<std::string>& report) {
  std::vector<std::string> found;
  for (const Offsets& calls : accesses(report)) {
    const auto all = sources(program, calls);
    const auto own = std::find_if(all.begin(), all.end(), [](auto& place) { return !place.empty(); });
    if (own != all.end()) found.push_back(*own);
  }
  return found;
}

std::string story(const std::vector<std::string>& where) {
  const bool same = where.size() < 2 || where[0] == where[1];
  return fmt::format(
      "the thread sanitizer saw a data race:\n  {}{}\n"
      "Two threads use the same memory there, one of them writes, and nothing orders them: lock the same mutex around "
      "both, or make it atomic",
      where[0], same ? "" : "\n  " + where[1]);
}

}  // namespace

std::string first_race(const std::string& program, const std::string& sanitizer_output) {
  std::vector<std::string> report;
  for (const std::string& line : lines_of(sanitizer_output)) {
    if (line.starts_with("WARNING: ThreadSanitizer: data race")) report.clear();
    report.push_back(line);
    if (!line.starts_with("SUMMARY: ThreadSanitizer: data race")) continue;
    if (const auto where = places(program, report); !where.empty()) return story(where);
  }
  return "";
}

}  // namespace grader
