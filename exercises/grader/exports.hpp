#pragma once
/// \file
/// Verdicts in the forms that other programs read.

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "exercises/grader/grade.hpp"

namespace grader {

/// JUnit's XML, as GitHub, GitLab and Jenkins read it: a suite for each submission, a case for each check.
std::string to_junit(const std::vector<Grade>& grades);

/// Gradescope's results.json. Checks that were not run are in it, without points: it can be written at any time.
nlohmann::json to_gradescope(const std::vector<Grade>& grades);

/// A table in Markdown, for the summary of a GitHub step: of checks, or of submissions where there are several.
std::string to_markdown(const std::vector<Grade>& grades);

/// One submission of many, as a line for people; `width` columns are for its name.
std::string to_row(const Grade& grade, std::size_t width, bool colours);

/// The text as XML may hold it: escaped, without control characters, in valid UTF-8.
std::string xml_text(std::string_view text);
/// The text as a cell of a Markdown table: on one line, with nothing in it that Markdown would take as its own.
std::string markdown_text(std::string_view text);

// What these forms share.

/// The text with what is no UTF-8 replaced.
std::string valid_text(std::string_view text);
std::string first_line(const std::string& text);
/// Are these several submissions of one exercise, to be told apart by their files?
bool of_one_exercise(const std::vector<Grade>& grades);
double seconds_of(const std::vector<Grade>& grades);

}  // namespace grader
