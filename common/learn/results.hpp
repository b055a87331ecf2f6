#pragma once
/// \file
/// The files that `./learn grade` was asked to write.

#include <string>
#include <vector>

#include "common/learn/verbs.hpp"
#include "exercises/grader/grade.hpp"

namespace learn {

class Results {
 public:
  /// Throws UsageError for a file that could not be written: a verdict must not be lost for want of a folder.
  Results(const GradeOptions& options, bool many);

  /// What must be there however this ends: Gradescope's, which is read when time has run out, too.
  void write_so_far(const std::vector<grader::Grade>& grades) const;
  void write(const std::vector<grader::Grade>& grades) const;

 private:
  std::string json_, junit_, gradescope_, summary_;
  bool many_;
};

}  // namespace learn
