#include "exercises/grader/source.hpp"

#include <fmt/format.h>

#include <exception>

#include "exercises/grader/command.hpp"

namespace grader {
namespace {

constexpr std::string_view folder = "/submission/";  // what the script that compiles it calls the file's folder

/// `Pool::submit` of `Pool::submit(std::function<int ()>)`
std::string without_arguments(const std::string& function) {
  if (function.starts_with("operator()")) return "a lambda";  // for which the compiler has no other name
  constexpr std::string_view anonymous = "(anonymous namespace)::";
  const std::size_t from = function.starts_with(anonymous) ? anonymous.size() : 0;
  return function.substr(from, function.find('(', from) - from);
}

}  // namespace

std::vector<std::string> sources(const std::string& program, const std::vector<unsigned long>& offsets) {
  std::vector<std::string> found;
  std::vector<std::string> command{"addr2line", "-a", "-f", "-i", "-C", "-e", program};
  for (const unsigned long offset : offsets) command.push_back(fmt::format("{:#x}", offset - 1));
  if (offsets.empty()) return found;
  // For each address a line that repeats it, then a function and its place, once for each call that was inlined.
  const auto lines = output_of(command).lines;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with("0x")) {
      found.emplace_back();
    } else if (++i < lines.size() && lines[i].starts_with(folder) && !found.empty() && found.back().empty()) {
      const auto place = lines[i].substr(folder.size());
      found.back() = fmt::format("{}, in {}", place.substr(0, place.find(' ')), without_arguments(lines[i - 1]));
    }
  }
  return found;
}

}  // namespace grader
