#pragma once
/// \file
/// What `./learn VERB` does, once it is built. Each returns the exit code.

#include <string>
#include <vector>

namespace learn {

int status();
int doctor();
struct RunOptions {
  std::string json;                    ///< a file for the results of all programs together
  std::string svg, trace;              ///< a file for each, or, of several programs, the beginning of its name
  std::vector<std::string> passed_on;  ///< to each program: `--rounds 5 --python …`
};
/// `names`: chapters by number or name, or `01/loop_sums` for one program; none means all.
int run(const std::vector<std::string>& names, const RunOptions& options);

struct GradeOptions {
  std::vector<std::string> names;
  std::vector<std::string> files;       ///< submissions, or folders of them; none means the exercises' own
  std::string json, junit, gradescope;  ///< files to be written
  bool solutions = false;
  double patience = 1;
  int seed = 1, seeds = 1;  ///< the first, and how many are tried
};
int grade(const GradeOptions& options);
/// Grades an exercise at every save until somebody ends it; no name means the first that is unfinished.
int watch(const std::string& exercise, double patience);
int hint(const std::string& exercise);
int reset(const std::string& exercise);

}  // namespace learn
