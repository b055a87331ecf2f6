#pragma once
/// \file
/// What the course is made of, where it is, and how far its reader has come.

#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace learn {

/// Words that make no sense: said in one line, and the exit code is 2.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A chapter, found by its folder.
struct Chapter {
  std::string name;                             ///< `01_process`
  std::string title;                            ///< the first heading of its README
  std::vector<std::filesystem::path> programs;  ///< built ones, the headline first

  std::string number() const { return name.substr(0, 2); }
};

/// The course's root, and the folder it is built in.
std::filesystem::path root();
std::filesystem::path build();

std::vector<Chapter> chapters();

/// Writes a file, or adds to it; nothing for an empty name. Throws std::runtime_error where it cannot.
void write_text(const std::string& file, const std::string& text, bool append = false);
/// Writes `json` to a file; nothing for an empty name. Throws std::runtime_error where it cannot.
void write_json(const std::string& file, const nlohmann::json& json);
/// Asked before long work: throws UsageError if that file could not be written. Nothing for an empty name.
void require_writable(const std::string& file);

/// How far the reader has come; kept in `.learn` at the root, or in $LEARN_STATE. What is not there has not been done.
struct Progress {
  std::set<std::string> chapters_run;
  std::map<std::string, int> best_points;                          ///< by exercise
  std::map<std::string, std::vector<std::string>> failing_checks;  ///< by exercise, from its last grade
  std::map<std::string, int> hints_shown;                          ///< by exercise/check

  static Progress load();
  void save() const;
};

}  // namespace learn
