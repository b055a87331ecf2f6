#pragma once
/// \file
/// ./learn, called as a reader calls it.

#include <sys/wait.h>

#include <algorithm>
#include <filesystem>

#include "common/descriptor.hpp"
#include "common/process_tree.hpp"
#include "tests/support/tidy.hpp"

namespace command {

/// The shell script, as it stands at the course's root.
inline tidy::Ended script(std::vector<std::string> words) {
  words.insert(words.begin(), tidy::root() + "/learn");
  return tidy::run_program(words);
}

/// The program behind it.
inline std::string program() { return tidy::build() + "/common/learn/learn"; }

inline tidy::Ended learn(std::vector<std::string> words) {
  words.insert(words.begin(), program());
  return tidy::run_program(words);
}

inline std::string solution(const std::string& exercise) {
  for (const auto& file : std::filesystem::directory_iterator{tidy::root() + "/solutions/" + exercise})
    return file.path();
  return "";
}

/// An answer to 01_1 that hangs in its second check, which has five tasks.
inline std::string hangs_in_the_second_check() {
  return "#define run_all answer\n" + mp::read_text(solution("01_1_endings")).value() +
         "\n#undef run_all\nstd::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {\n"
         "  while (tasks.size() == 5) ::pause();\n  return answer(tasks);\n}\n";
}

/// The program that is judged by a judge below this process; nothing while there is none.
inline std::filesystem::path judged() {
  for (const pid_t pid : mp::descendants(::getpid())) {
    const auto words = mp::read_text("/proc/" + std::to_string(pid) + "/cmdline").value_or("");
    const auto end = words.find("/checks");
    if (end == std::string::npos) continue;
    if (const std::filesystem::path file = words.c_str() + std::min(end + 8, words.size()); file.is_absolute())
      return file;
  }
  return {};
}

/// Takes the zombies of what lost its parent; false if something runs on.
inline bool nothing_runs() {
  return tidy::eventually([] {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
    return mp::descendants(::getpid()).empty();
  });
}

/// The progress that is kept during a test, so that the reader's own progress is not touched.
struct State {
  ~State() { std::filesystem::remove_all(tidy::folder() + "/state"); }
};

}  // namespace command
