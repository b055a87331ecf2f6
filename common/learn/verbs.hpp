#pragma once
/// \file
/// What `./learn VERB` does, once it is built. Each returns the exit code.

#include <string>
#include <vector>

namespace learn {

int status();
int doctor();
struct RunOptions {
  std::string json, svg;               ///< files for the results of all programs together
  std::vector<std::string> passed_on;  ///< to each program: `--rounds 5 --python …`
};
/// `names`: chapters by number or name, or `01/loop_sums` for one program; none means all.
int run(const std::vector<std::string>& names, const RunOptions& options);

struct GradeOptions {
  std::vector<std::string> names;
  std::string file, json;
  bool solutions = false;
  double patience = 1;
};
int grade(const GradeOptions& options);
int hint(const std::string& exercise);
int reset(const std::string& exercise);

}  // namespace learn
