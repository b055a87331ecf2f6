#pragma once
/// \file
/// What a submission of the tests says of itself in its head: `// key: words`.

#include <filesystem>
#include <fstream>
#include <string>

inline std::string header(const std::filesystem::path& file, const std::string& key,
                          const std::string& otherwise = "") {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line) && line.starts_with("//");)
    if (line.starts_with("// " + key + ": ")) return line.substr(key.size() + 5);
  return otherwise;
}
