// What the pages of docs/ name is there: tests, files, commands.
#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "common/descriptor.hpp"
#include "tests/docs/found.hpp"
#include "tests/support/tidy.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path course = tidy::root();

std::vector<fs::path> pages() {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator{course / "docs"})
    if (entry.path().extension() == ".md") all.push_back(entry.path());
  return all;
}

std::string text(const fs::path& file) { return mp::read_text(file).value(); }

/// All that is in the course, from its root, but for what was built.
std::set<std::string> files() {
  std::set<std::string> all;
  for (fs::recursive_directory_iterator at{course}, end; at != end; ++at) {
    const auto name = fs::relative(at->path(), course);
    if (at.depth() == 0 && (name == "build" || name.string().starts_with("."))) at.disable_recursion_pending();
    all.insert(name);
  }
  return all;
}

std::set<std::string> tests() {
  std::set<std::string> all;
  for (const auto& name : files())
    if (name.starts_with("tests/") && name.ends_with(".cpp"))
      for (auto& test : tests_in(text(course / name))) all.insert(std::move(test));
  return all;
}

}  // namespace

TEST(Pages, NameTestsThatThereAre) {
  static const std::regex named{R"(`([A-Z]\w+\.[A-Z]\w+)`)"};
  const auto there = tests();
  for (const auto& page : pages())
    for (const auto& test : found(text(page), named)) EXPECT_TRUE(there.contains(test)) << page << " names " << test;
}

TEST(Pages, NameFilesThatThereAre) {
  static const std::regex named{R"(`([\w.-]+(?:/[\w.-]+)*(?:\.(?:[ch]pp|py|md|sh|svg)|/))`)"};
  const auto there = files();
  for (const auto& page : pages())
    for (auto file : found(text(page), named)) {
      if (file.ends_with('/')) file.pop_back();
      const auto is_it = [&](const std::string& name) { return name == file || name.ends_with("/" + file); };
      EXPECT_TRUE(std::ranges::any_of(there, is_it)) << page << " names " << file;
    }
}

TEST(Pages, LinkToFilesThatThereAre) {
  static const std::regex link{R"(\]\(([^)@#: ]+?)(?:#[^)]*)?\))"};
  for (const auto& page : pages())
    for (const auto& file : found(text(page), link))
      EXPECT_TRUE(fs::exists(course / "docs" / file) || fs::exists(course / "docs/pictures" / file))
          << page << " links to " << file;
}

TEST(Pages, SayCommandsThatLearnTakes) {
  static const std::regex command{R"(\./learn((?: [\w./=-]+)*))"};  // ends where a description or a pipe begins
  for (const auto& page : pages())
    for (const auto& words : found(text(page), command)) {
      std::vector<std::string> line{"sh", course / "learn"};
      std::istringstream in{words};
      for (std::string word; in >> word;) line.push_back(word);
      line.push_back("--help");  // it looks at the words before it, and does nothing
      const auto seen = tidy::run_program(line);
      EXPECT_EQ(seen.code, 0) << page << " says ./learn" << words << ": " << seen.errors;
    }
}

TEST(Pages, AreAllReachedFromTheFirst) {
  const std::string first = mp::read_text(course / "docs/main.md").value();
  static const std::regex label{R"(^# .*\{#(\w+)\})"};
  for (const auto& page : pages()) {
    if (page.filename() == "main.md") continue;
    for (const auto& name : found(text(page), label))
      EXPECT_NE(first.find("@subpage " + name + " "), std::string::npos) << page << " is not in main.md";
  }
}
