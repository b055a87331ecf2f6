#pragma once
/// \file
/// What the verbs about exercises share.

#include <optional>
#include <string>
#include <vector>

#include "common/learn/course.hpp"
#include "exercises/grader/grade.hpp"

namespace learn {

/// By number, `01_1`, or by the whole name; all of them for no names. Throws UsageError for one that is not there.
std::vector<grader::Exercise> choose(const std::vector<std::string>& names);

/// The next one without full points behind the one of that name, or from the start; never that one.
std::optional<grader::Exercise> next_unfinished(const std::string& behind);

/// Where the answer is, and how it differs from the learner's own: for those who have passed.
void show_answer(const grader::Exercise& exercise);

/// As it is written below the course's root.
std::string short_path(const std::filesystem::path& file);
/// `01_1`
std::string number(const std::string& exercise);

/// Keeps the best points and the checks that fail, for hints.
void remember(Progress& progress, const grader::Grade& grade);

}  // namespace learn
