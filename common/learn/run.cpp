// ./learn run: chapters and their programs, one after the other.
#include <fmt/format.h>
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "common/descriptor.hpp"
#include "common/learn/course.hpp"
#include "common/learn/verbs.hpp"

namespace fs = std::filesystem;

namespace learn {
namespace {

struct Chosen {
  Chapter chapter;
  fs::path program;
};

bool means(const Chapter& chapter, const std::string& word) { return word == chapter.name || word == chapter.number(); }

std::vector<Chosen> choose(const std::vector<std::string>& names) {
  std::vector<Chosen> chosen;
  const auto all = chapters();
  for (const Chapter& chapter : all)
    if (names.empty())
      for (const auto& program : chapter.programs) chosen.push_back({chapter, program});
  for (const std::string& name : names) {
    const auto slash = name.find('/');
    const std::string word = name.substr(0, slash), wanted = slash == std::string::npos ? "" : name.substr(slash + 1);
    const auto before = chosen.size();
    for (const Chapter& chapter : all)
      for (const auto& program : chapter.programs)
        if (means(chapter, word) && (wanted.empty() || program.filename() == wanted))
          chosen.push_back({chapter, program});
    for (const Chapter& chapter : all)  // a step: small enough to be asked for by name alone
      if (const auto step = build() / "chapters" / chapter.name / wanted;
          chosen.size() == before && means(chapter, word) && !wanted.empty() && fs::is_regular_file(step))
        chosen.push_back({chapter, step});
    if (chosen.size() == before) throw UsageError{"./learn run: there is no chapter program " + name};
  }
  return chosen;
}

/// Runs a program and waits for it; its exit code, or 128 + the signal that ended it.
int call(const fs::path& program, const std::vector<std::string>& options) {
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& option : options) argv.push_back(const_cast<char*>(option.c_str()));
  argv.push_back(nullptr);
  std::fflush(nullptr);
  const pid_t pid = mp::check(::fork(), "fork");
  if (pid == 0) {
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  int status = 0;
  mp::check(mp::retry([&] { return ::waitpid(pid, &status, 0); }), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// `picture.svg` → `picture-loop_sums.svg`, where one run has several programs.
std::string with_program(const fs::path& file, const std::string& program) {
  return (file.parent_path() / (file.stem().string() + "-" + program + file.extension().string())).string();
}

}  // namespace

int run(const std::vector<std::string>& names, const RunOptions& options) {
  const auto chosen = choose(names);
  require_writable(options.json);
  nlohmann::json results = nlohmann::json::array();
  const fs::path part = build() / fmt::format("run-{}.json", ::getpid());
  int code = 0;
  Progress progress = Progress::load();
  for (const auto& [chapter, program] : chosen) {
    auto arguments = options.passed_on;
    if (!options.json.empty()) arguments.insert(arguments.end(), {"--json", part.string()});
    for (const auto& [option, file] : {std::pair{"--svg", options.svg}, {"--trace", options.trace}})
      if (!file.empty())
        arguments.insert(arguments.end(), {option, chosen.size() == 1 ? file : with_program(file, program.filename())});
    const int ended = call(program, arguments);
    if (ended == 2) return 2;  // it has said which option makes no sense
    code = std::max(code, ended == 0 ? 0 : 1);
    if (ended > 2) fmt::print(stderr, "{} {} ended with {}\n", chapter.name, program.filename().string(), ended);
    if (const auto text = mp::read_text(part); !options.json.empty() && text)
      for (const auto& result : nlohmann::json::parse(*text)) results.push_back(result);
    std::error_code none;
    fs::remove(part, none);
    progress.chapters_run.insert(chapter.name);
  }
  write_json(options.json, results);
  progress.save();
  return code;
}

}  // namespace learn
