// The rules of the house, as far as a program can see them.
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "common/descriptor.hpp"
#include "tests/support/tidy.hpp"

namespace fs = std::filesystem;

namespace {

fs::path course() { return tidy::root(); }

std::string text(const fs::path& file) { return mp::read_text(file).value_or(""); }

std::vector<std::string> lines(const fs::path& file) {
  std::vector<std::string> all;
  std::istringstream in{text(file)};
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

bool is_code(const fs::path& file) { return file.extension() == ".hpp" || file.extension() == ".cpp"; }

std::vector<fs::path> files(const fs::path& below, const std::function<bool(const fs::path&)>& wanted) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::recursive_directory_iterator{course() / below})
    if (entry.is_regular_file() && wanted(entry.path())) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

/// Lines that are neither blank nor only a comment.
int code_lines(const fs::path& file) {
  static const std::regex nothing{R"(\s*(//.*)?)"};
  int n = 0;
  for (const auto& line : lines(file)) n += std::regex_match(line, nothing) ? 0 : 1;
  return n;
}

bool has_main(const fs::path& file) { return text(file).find("int main(") != std::string::npos; }

std::vector<fs::path> chapter_folders() {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator{course() / "chapters"}) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

bool below(const fs::path& file, const std::string& folder) {
  return file.string().starts_with((course() / folder).string() + "/");
}

}  // namespace

TEST(House, HasTheSettledFoldersAndNothingElse) {
  const std::set<std::string> settled{"chapters", "common",         "exercises", "solutions",         "tests",
                                      "docs",     "CMakeLists.txt", "README.md", "CMakePresets.json", "learn",
                                      "LICENSE",  "build"};
  for (const auto& entry : fs::directory_iterator{course()}) {
    const std::string name = entry.path().filename();
    EXPECT_TRUE(settled.contains(name) || name.starts_with(".")) << name;
  }
}

TEST(House, ChaptersIncludeOnlyCommonAndLowerChapters) {
  static const std::regex include{R"(#include "([^"]+)\")"};
  for (const auto& folder : chapter_folders()) {
    const std::string own = folder.filename();
    for (const auto& file : files(fs::relative(folder, course()), is_code))
      for (const auto& line : lines(file)) {
        std::smatch match;
        if (!std::regex_search(line, match, include)) continue;
        const std::string included = match[1], first = included.substr(0, included.find('/'));
        EXPECT_TRUE(first == "common" || first <= own) << file << " includes " << included;
      }
  }
  for (const auto& file : files("common", is_code))
    for (const auto& line : lines(file))
      EXPECT_FALSE(line.starts_with("#include \"0")) << file << " must not include a chapter: " << line;
}

TEST(House, KeepsItsBudgets) {
  int common = 0;
  for (const auto& file : files("common", is_code)) common += below(file, "common/learn") ? 0 : code_lines(file);
  EXPECT_LE(common, 1500) << "common/ without learn";
  for (const auto& folder : chapter_folders()) {
    int chapter = 0;
    for (const auto& entry : fs::directory_iterator{folder}) {
      if (!is_code(entry.path()) || entry.path().filename() == "bench.cpp") continue;
      if (has_main(entry.path())) {
        EXPECT_LE(code_lines(entry.path()), 75) << entry.path();
      } else {
        chapter += code_lines(entry.path());
      }
    }
    EXPECT_LE(chapter, folder.filename().string().starts_with("06") ? 900 : 600) << folder;
  }
}

TEST(House, StepsAreShortAndSayWhatIsNew) {
  for (const auto& folder : chapter_folders()) {
    int number = 0;
    std::vector<fs::path> steps;
    for (const auto& entry : fs::directory_iterator{folder / "steps"})
      if (is_code(entry.path())) steps.push_back(entry.path());
    std::sort(steps.begin(), steps.end());
    EXPECT_GE(steps.size(), 3U) << folder;
    for (const auto& step : steps) {
      EXPECT_TRUE(step.filename().string().starts_with("s" + std::to_string(++number) + "_")) << step;
      EXPECT_LE(lines(step).size(), 40U) << step;
      EXPECT_GE(lines(step).size(), 12U) << step;
      if (number > 1) {
        EXPECT_NE(text(step).find("// new"), std::string::npos) << step << " should mark what is new";
      }
    }
  }
}

TEST(House, ChaptersAreWhole) {
  for (const auto& folder : chapter_folders()) {
    for (const char* part : {"README.md", "main.cpp", "main.py", "bench.cpp", "steps"})
      EXPECT_TRUE(fs::exists(folder / part)) << folder << " lacks " << part;
    const std::string lesson = text(folder / "README.md");
    for (const char* part : {"## Your guess", "## Run it", "## Why", "## Break it", "## How Python does it",
                             "## One opinion", "## Exercises"})
      EXPECT_NE(lesson.find(part), std::string::npos) << folder << "/README.md lacks " << part;
  }
}

TEST(House, SpeaksOfNoMachineButTheReaders) {
  // Written apart, so that this file does not find itself.
  const std::vector<std::string> forbidden{
      "/ho"
      "me/",
      "/wo"
      "rk/",
      "/ro"
      "ot/",
      "TO"
      "DO",
      "FIX"
      "ME"};
  for (const char* folder : {"chapters", "common", "exercises", "solutions", "tests", "docs"})
    for (const auto& file : files(folder, [](auto&) { return true; }))
      for (const auto& word : forbidden) EXPECT_EQ(text(file).find(word), std::string::npos) << file << " has " << word;
}

TEST(House, TellsOnlyCommandsThatThereAre) {
  static const std::regex command{R"(\./learn ([a-z]+))"};
  const std::set<std::string> verbs{"doctor", "run",   "test",  "grade", "watch",
                                    "hint",   "reset", "bench", "docs",  "help"};
  for (const char* folder : {"chapters", "exercises", "docs", "."})
    for (const auto& entry : fs::recursive_directory_iterator{course() / folder}) {
      if (entry.path().extension() != ".md" || entry.path().string().find("/build/") != std::string::npos) continue;
      const std::string page = text(entry.path());
      for (std::sregex_iterator at{page.begin(), page.end(), command}, end; at != end; ++at)
        EXPECT_TRUE(verbs.contains((*at)[1])) << entry.path() << " says " << at->str();
    }
}

TEST(House, ListsEveryPackageThatItsBuildAsksFor) {
  const std::string list = text(course() / "common/learn/packages");
  for (const char* package : {"g++", "cmake", "ninja-build", "libfmt-dev", "libcli11-dev", "nlohmann-json3-dev",
                              "libssl-dev", "libgtest-dev", "libbenchmark-dev", "doxygen"})
    EXPECT_NE(list.find(package), std::string::npos) << package;
}
