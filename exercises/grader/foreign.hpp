#pragma once
/// \file
/// What a submission may be made of: its own file, the standard library, `common/` and the chapters.

#include <filesystem>
#include <string>

namespace grader {

/// The first file in a list of the compiler's (`-M`) of which no answer is made; nothing if there is none. `course` is
/// the folder of the whole course.
std::string foreign_file(const std::filesystem::path& list, const std::filesystem::path& submission,
                         const std::filesystem::path& course);

}  // namespace grader
