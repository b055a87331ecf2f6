#include "exercises/grader/translation.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

#include "common/learn/terminal.hpp"

namespace grader {
namespace {

constexpr std::size_t width = 58;  // of a value that is shown in one line

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" \n"));
  text.erase(text.find_last_not_of(" \n") + 1);
  return text;
}

/// The items of `{ 1, "two, or 2", { 3 } }`; none if it is no list.
std::vector<std::string> items(const std::string& list) {
  std::vector<std::string> all;
  if (list.size() < 4 || list.front() != '{' || list.back() != '}') return all;
  std::string item;
  bool quoted = false;
  for (std::size_t i = 1, depth = 0; i + 1 < list.size(); ++i) {
    const char c = list[i];
    quoted ^= c == '"' && list[i - 1] != '\\';
    if (!quoted) depth += (c == '{' || c == '(' ? 1U : 0U) - (c == '}' || c == ')' ? 1U : 0U);
    if (c == ',' && !quoted && depth == 0)
      all.push_back(trimmed(std::exchange(item, "")));
    else
      item += c;
  }
  all.push_back(trimmed(item));
  return all;
}

/// Two lists, side by side: what both have is good, what only came is bad, what only was expected is missing.
class Difference {
 public:
  Difference(const std::vector<std::string>& expected, const std::vector<std::string>& got)
      : expected_{expected}, got_{got}, common_(expected.size() + 1, std::vector<std::size_t>(got.size() + 1)) {
    for (std::size_t e = expected.size(); e-- > 0;)
      for (std::size_t g = got.size(); g-- > 0;)
        common_[e][g] =
            expected[e] == got[g] ? common_[e + 1][g + 1] + 1 : std::max(common_[e + 1][g], common_[e][g + 1]);
    walk();
  }

  /// What differs, with two lines around.
  std::string text() const {
    std::string all;
    for (std::size_t i = 0, left_out = 0; i < lines_.size(); ++i) {
      const bool shown = is_near_a_change(i);
      if (shown && left_out > 0) all += "  …\n";
      left_out = shown ? 0 : left_out + 1;
      if (shown) all += lines_[i] + "\n";
      if (!shown && i + 1 == lines_.size()) all += "  …\n";
    }
    return all;
  }

 private:
  static constexpr std::size_t context = 2;

  void walk() {
    std::size_t e = 0, g = 0;
    while (e < expected_.size() || g < got_.size()) {
      const bool both = e < expected_.size() && g < got_.size();
      if (both && expected_[e] == got_[g])
        add("GOOD    ", expected_[e++], false), ++g;
      else if (g == got_.size() || (both && common_[e + 1][g] >= common_[e][g + 1]))
        add("MISSING ", expected_[e++], true);
      else
        add("BAD     ", got_[g++], true);
    }
  }
  void add(const std::string& word, const std::string& item, bool change) {
    lines_.push_back("  " + word + item);
    is_change_.push_back(change);
  }
  bool is_near_a_change(std::size_t i) const {
    const std::size_t from = i < context ? 0 : i - context, to = std::min(i + context + 1, lines_.size());
    for (std::size_t each = from; each < to; ++each)
      if (is_change_[each]) return true;
    return false;
  }

  const std::vector<std::string>& expected_;
  const std::vector<std::string>& got_;
  std::vector<std::vector<std::size_t>> common_;  // the longest common rest, from each pair of places
  std::vector<std::string> lines_;
  std::vector<bool> is_change_;
};

/// In two lines, or item by item where these would be long.
std::string comparison(const std::string& expected, const std::string& got) {
  const auto due = items(expected), came = items(got);
  if (due.size() < 2 || came.size() < 2 || std::max(mp::columns(expected), mp::columns(got)) <= width)
    return "expected " + expected + "\ngot      " + got + "\n";
  return "expected " + std::to_string(due.size()) + " items, got " + std::to_string(came.size()) + ":\n" +
         Difference{due, came}.text();
}

class Translation {
 public:
  explicit Translation(const std::string& failure) : lines_{lines_of(failure)} {
    if (!lines_.empty() && (lines_[0].find("checks.cpp:") != std::string::npos || lines_[0] == "unknown file")) ++at_;
  }

  std::string text() {
    std::string facts;
    if (take("Expected equality of these values:")) {
      const std::string got = value(), expected = value();
      facts = comparison(expected, got);
    } else if (take("Value of: ")) {
      const std::string actual = take("  Actual: ").value_or("") + "\n" + before("Expected: ");
      take("Expected: ");
      const auto why = actual.find('(');  // what an AssertionResult has to say
      if (why != std::string::npos) facts = actual.substr(why + 1, actual.rfind(')') - why - 1) + "\n";
    } else if (const auto thrown = take("C++ exception with description \"")) {
      const std::string all = *thrown + "\n" + rest();
      return trimmed(all.substr(0, all.rfind("\" thrown in the test body.")));
    }
    return trimmed(rest() + facts);
  }

 private:
  /// The rest of the current line, if it begins so; then the next line is current.
  std::optional<std::string> take(const std::string& beginning) {
    if (at_ == lines_.size() || !lines_[at_].starts_with(beginning)) return std::nullopt;
    return lines_[at_++].substr(beginning.size());
  }
  /// An expression, or what it stands for where the next line tells.
  std::string value() {
    std::string expression = take("  ").value_or("");
    return take("    Which is: ").value_or(expression);
  }
  /// Lines up to the one that begins so.
  std::string before(const std::string& beginning) {
    std::string text;
    while (at_ < lines_.size() && !lines_[at_].starts_with(beginning)) text += lines_[at_++] + "\n";
    return text;
  }
  std::string rest() {
    std::string text;
    while (at_ < lines_.size()) text += lines_[at_++] + "\n";
    return text;
  }

  std::vector<std::string> lines_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string translated(const std::string& failure) { return Translation{failure}.text(); }

}  // namespace grader
