// The page docs/python.md: is what it says there, and is there all that Python has?
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "common/descriptor.hpp"
#include "tests/docs/found.hpp"
#include "tests/support/tidy.hpp"

namespace fs = std::filesystem;

namespace {

std::string text(const fs::path& file) { return mp::read_text(file).value_or(""); }

std::vector<std::string> lines(const std::string& all) {
  std::vector<std::string> each;
  std::istringstream in{all};
  for (std::string line; std::getline(in, line);) each.push_back(line);
  return each;
}

bool has_word(const std::string& in, const std::string& word) {
  return std::regex_search(in, std::regex{"\\b" + word + "\\b"});
}

struct Row {
  std::string line;
  std::vector<std::string> cells = {};  // there, here, what differs, proved by
  bool is_there() const { return cells.at(1) != "not there"; }
};

struct Topic {
  std::string heading;
  std::vector<std::string> programs = {};
  std::vector<Row> rows = {};
};

Row row_of(const std::string& line) {
  static const std::regex separator{R"( *\| +| +\| *$)"};
  Row row{line};
  const std::string inner = line.substr(2);
  for (std::sregex_token_iterator at{inner.begin(), inner.end(), separator, -1}, end; at != end; ++at)
    row.cells.push_back(*at);
  return row;
}

const std::string& page() {
  static const std::string all = text(fs::path{tidy::root()} / "docs/python.md");
  return all;
}

const std::vector<Topic>& topics() {
  static const std::vector<Topic> all = [] {
    std::vector<Topic> headed;
    for (const auto& line : lines(page())) {
      if (line.starts_with("### ")) headed.push_back({line.substr(4)});
      if (line.starts_with("In `test_")) headed.back().programs = found(line, std::regex{"`test_([a-z0-9_]+)`"});
      if (line.starts_with("| ") && !line.starts_with("| Python |")) headed.back().rows.push_back(row_of(line));
    }
    return headed;
  }();
  return all;
}

std::vector<fs::path> files(const fs::path& below, const std::string& extension) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::recursive_directory_iterator{fs::path{tidy::root()} / below})
    if (entry.path().extension() == extension) all.push_back(entry.path());
  return all;
}

/// The tests of a program: those of a file, or of the folder common.
std::set<std::string> tests_of(const std::string& program) {
  std::set<std::string> all;
  for (const auto& file : files("tests", ".cpp"))
    if (file.stem() == program || file.parent_path().filename() == program)
      for (auto& name : tests_in(text(file))) all.insert(std::move(name));
  return all;
}

std::string without_comments(const std::string& code) { return std::regex_replace(code, std::regex{"//[^\n]*"}, ""); }

/// The headers of the chapters and of what they share, without comments.
const std::vector<std::string>& headers() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> read;
    for (const char* folder : {"chapters", "common"})
      for (const auto& file : files(folder, ".hpp"))
        if (file.string().find("/common/learn/") == std::string::npos) read.push_back(without_comments(text(file)));
    return read;
  }();
  return all;
}

/// Does a header declare that name: `f`, `Class`, `Class::member`?
bool is_declared(const std::string& name) {
  const auto colon = name.find(':');
  if (colon == std::string::npos)
    return std::ranges::any_of(headers(), [&](const auto& code) { return has_word(code, name); });
  const std::regex scope{"(class|struct|namespace) " + name.substr(0, colon) + "\\b[^;]*\\{"};
  return std::ranges::any_of(headers(), [&](const auto& code) {
    return std::regex_search(code, scope) && has_word(code, name.substr(colon + 2));
  });
}

}  // namespace

TEST(IfYouKnowPython, LacksNoCell) {
  ASSERT_GE(topics().size(), 30U);
  for (const auto& topic : topics()) {
    EXPECT_FALSE(topic.rows.empty()) << topic.heading;
    for (const auto& row : topic.rows) {
      ASSERT_EQ(row.cells.size(), 4U) << row.line;
      for (const auto& cell : row.cells) EXPECT_NE(cell, "") << row.line;
      EXPECT_EQ(row.is_there(), row.cells[3] != "–") << "what is there has a test, what is not has none:\n" << row.line;
    }
  }
}

TEST(IfYouKnowPython, HasNoCodeThatDoxygenMisunderstands) {
  for (const auto& code : found(page(), std::regex{"`([^`\n]+)`"}))
    EXPECT_EQ(code.find('\''), std::string::npos) << code;
  for (const auto& code : found(page(), std::regex{R"(\[`([^`]+)`\]\()"}))
    EXPECT_EQ(code.find('"'), std::string::npos) << code;
}

TEST(IfYouKnowPython, NamesOnlyTestsThatThereAre) {
  for (const auto& topic : topics()) {
    std::map<std::string, std::set<std::string>> tests;
    for (const auto& program : topic.programs) tests[program] = tests_of(program);
    std::set<std::string> used;
    for (const auto& row : topic.rows)
      for (const auto& name : found(row.cells.at(3), std::regex{"`([^`]+)`"})) {
        const auto is_in = [&](const std::string& program) { return tests[program].contains(name); };
        const auto program = std::ranges::find_if(topic.programs, is_in);
        if (program == topic.programs.end())
          ADD_FAILURE() << name << " is in no program that is named below " << topic.heading;
        else
          used.insert(*program);
      }
    EXPECT_EQ(used.size(), topic.programs.size()) << topic.heading << " names a program that it does not need";
  }
}

TEST(IfYouKnowPython, NamesOnlyWhatTheChaptersHave) {
  const auto names = found(page(), std::regex{R"(\bmp::(\w+(?:::\w+)?))"});
  ASSERT_GE(names.size(), 200U);
  for (const auto& name : std::set(names.begin(), names.end())) EXPECT_TRUE(is_declared(name)) << "mp::" << name;
}

TEST(IfYouKnowPython, LeadsToHeadingsThatThereAre) {
  std::set<std::string> headings;
  for (const auto& heading : found(page(), std::regex{R"(\n##+ ([^\n]+))"})) {
    std::string anchor;
    for (const char c : heading)
      if (c != '.') anchor += c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    EXPECT_TRUE(headings.insert(anchor).second) << heading << " is there twice";
  }
  for (const auto& anchor : found(page(), std::regex{R"(\]\(#([^)]*)\))"}))
    EXPECT_TRUE(headings.contains(anchor)) << anchor;
}

TEST(IfYouKnowPython, LinksAreToWhatTheySay) {
  static const std::regex link{R"(\[`([^`]+)`\]\(https://docs\.python\.org/3/library/([\w.]+)\.html#([\w.-]+)\))"};
  static const std::regex any{R"(\]\(https?:)"};
  long links = 0;
  for (std::sregex_iterator at{page().begin(), page().end(), link}, end; at != end; ++at, ++links) {
    const std::string said = (*at)[1], page_name = (*at)[2], anchor = (*at)[3];
    if (anchor.find('.') != std::string::npos) {
      EXPECT_TRUE(has_word(said, anchor.substr(anchor.rfind('.') + 1))) << at->str();
      EXPECT_TRUE(has_word(anchor, page_name.substr(0, page_name.find('.')))) << at->str();
    }
  }
  EXPECT_EQ(links, std::distance(std::sregex_iterator{page().begin(), page().end(), any}, std::sregex_iterator{}));
}

TEST(IfYouKnowPython, SoAreTheLinksOfTheHeaders) {
  static const std::regex right{
      R"((multiprocessing|concurrent\.futures|threading|collections)\.[\w.]+|(multiprocessing|exceptions|os), [\w.-]+)"};
  long links = 0;
  for (const char* folder : {"chapters", "common"})
    for (const auto& file : files(folder, ".hpp"))
      for (const auto& link : found(text(file), std::regex{R"(\\python\{([^}]*)\})"})) {
        EXPECT_TRUE(std::regex_match(link, right)) << file << ": " << link;
        ++links;
      }
  EXPECT_GE(links, 100);
}

TEST(IfYouKnowPython, HasARowForAllThatPythonHas) {
  const auto python = tidy::run_program({"python3", tidy::root() + "/tests/docs/python.py"});
  if (python.code == 127) GTEST_SKIP() << "there is no python3";
  if (python.errors.starts_with("the page is about")) GTEST_SKIP() << python.errors;
  ASSERT_EQ(python.code, 0) << python.errors;
  std::map<std::string, std::string> there;  // the first cells by heading, without links; all of them by none
  for (const auto& topic : topics())
    for (const auto& row : topic.rows)
      for (const auto& heading : {topic.heading, std::string{}})
        there[heading] += std::regex_replace(row.cells.at(0), std::regex{R"(\]\([^)]*\))"}, "]") + "\n";
  const auto wanted = lines(python.output);
  ASSERT_GE(wanted.size(), 300U);
  for (const auto& line : wanted) {
    const auto tab = line.find('\t');
    const std::string heading = line.substr(0, tab), name = line.substr(tab + 1);
    EXPECT_TRUE(has_word(there[heading], name)) << (heading.empty() ? "the page" : heading) << " has no " << name;
  }
}
