#pragma once
/// \file
/// What a pattern finds in the course's texts.

#include <regex>
#include <string>
#include <vector>

/// What the first group of `pattern` matches, again and again.
inline std::vector<std::string> found(const std::string& in, const std::regex& pattern) {
  std::vector<std::string> all;
  for (std::sregex_iterator at{in.begin(), in.end(), pattern}, end; at != end; ++at) all.push_back((*at)[1]);
  return all;
}

/// The tests that a file defines, as `Suite.Name`.
inline std::vector<std::string> tests_in(const std::string& file) {
  static const std::regex definition{R"(\n(?:TYPED_)?TEST(?:_F|_P)?\((\w+, \w+)\))"};
  auto all = found(file, definition);
  for (auto& name : all) name.replace(name.find(", "), 2, ".");
  return all;
}
