// ./learn watch, at a terminal of its own and without one.
#include <pty.h>
#include <termios.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/learn/command.hpp"

namespace fs = std::filesystem;
using namespace command;

namespace {

/// Two exercises to work on, so that the reader's own are not touched.
class Course {
 public:
  Course() {
    fs::create_directories(root_ / "exercises");
    for (const char* linked : {"chapters", "solutions", "tests"})
      fs::create_directory_symlink(fs::path{tidy::root()} / linked, root_ / linked);
    for (const char* exercise : {"01_1_endings", "01_2_deadline"})
      fs::copy(fs::path{tidy::root()} / "exercises" / exercise, root_ / "exercises" / exercise);
    fs::copy_file(wrong_, endings(), fs::copy_options::overwrite_existing);
    ::setenv("LEARN_ROOT", root_.c_str(), 1);
  }
  ~Course() {
    ::unsetenv("LEARN_ROOT");
    fs::remove_all(root_);
  }
  Course(const Course&) = delete;

  fs::path endings() const { return root_ / "exercises/01_1_endings/endings.cpp"; }
  std::string text() const { return mp::read_text(endings()).value(); }
  std::string right() const { return "// mine\n" + mp::read_text(solution("01_1_endings")).value(); }
  std::string wrong() const { return mp::read_text(wrong_).value(); }

  /// As some editors do.
  void save_in_place(const std::string& text) const { std::ofstream{endings()} << text; }
  /// As others do.
  void put_in_its_place(const std::string& text) const {
    std::ofstream{root_ / "fresh"} << text;
    fs::rename(root_ / "fresh", endings());
  }

 private:
  const State state_;
  const fs::path root_ = fs::path{tidy::folder()} / "course";
  const std::string wrong_ = tidy::root() + "/tests/grading/01_1_endings/wrong_plus_signal.cpp";
};

/// A person at a terminal.
class Person {
 public:
  explicit Person(const std::vector<std::string>& words) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ != 0) return;
    ::alarm(120);  // if all else fails
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ~Person() {
    if (pid_ > 0) ::kill(-pid_, SIGKILL), ::waitpid(pid_, nullptr, 0);
    ::close(terminal_);
    EXPECT_TRUE(nothing_runs());
  }
  Person(const Person&) = delete;

  void press(char key) { EXPECT_EQ(::write(terminal_, &key, 1), 1); }
  /// Waits until the words are there, behind those that were seen before.
  testing::AssertionResult sees(const std::string& words) {
    for (const mp::Deadline end{tidy::watchdog}; screen_.find(words, seen_) == std::string::npos;)
      if (!mp::wait_readable(terminal_, end) || !read_more())
        return testing::AssertionFailure() << "no '" << words << "' in:\n" << screen_.substr(seen_);
    seen_ = screen_.find(words, seen_) + words.size();
    return testing::AssertionSuccess();
  }
  bool takes_single_keys() const { return (modes().c_lflag & (ICANON | ECHO)) == 0; }
  bool is_as_before() const { return (modes().c_lflag & (ICANON | ECHO)) == (ICANON | ECHO); }
  /// The exit code of what it runs.
  int end() {
    while (mp::wait_readable(terminal_, mp::Deadline{tidy::watchdog}) && read_more()) continue;
    int status = 0;
    const bool over = tidy::eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; });
    if (over) pid_ = -1;
    return over && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  termios modes() const {
    termios now{};
    ::tcgetattr(terminal_, &now);
    return now;
  }
  bool read_more() {
    char piece[4096];
    const auto n = ::read(terminal_, piece, sizeof piece);
    if (n > 0) screen_.append(piece, static_cast<std::size_t>(n));
    return n > 0;
  }

  int pid_ = -1, terminal_ = -1;
  std::string screen_;
  std::size_t seen_ = 0;
};

const std::vector<std::string> watch{program(), "watch", "--patience", "4"};

}  // namespace

TEST(Watch, GradesAtEverySaveAndMovesOn) {
  const Course course;
  {
    Person person{watch};
    EXPECT_TRUE(person.sees("waiting for a save of exercises/01_1_endings/endings.cpp"));
    EXPECT_TRUE(person.sees("q quit"));
    EXPECT_TRUE(person.takes_single_keys());
    course.put_in_its_place(course.wrong());
    EXPECT_TRUE(person.sees("80 of 100 points"));
    EXPECT_TRUE(person.sees("waiting for a save"));
    person.press('h');
    EXPECT_TRUE(person.sees("signals · hint 1 of 2"));
    course.save_in_place(course.right());
    EXPECT_TRUE(person.sees("100 of 100 points"));
    EXPECT_TRUE(person.sees("solutions/01_1_endings/endings.cpp; how it differs from yours:"));
    EXPECT_TRUE(person.sees("--- yours"));
    EXPECT_TRUE(person.sees("-// mine"));
    EXPECT_TRUE(person.sees("waiting for a save of exercises/01_2_deadline/"));
    person.press('q');
    EXPECT_EQ(person.end(), 0);
    EXPECT_TRUE(person.is_as_before());
  }
  const auto kept = nlohmann::json::parse(mp::read_text(tidy::folder() + "/state/progress.json").value());
  EXPECT_EQ(kept.at("best_points").at("01_1_endings"), 100);
}

TEST(Watch, ResetsListsGoesOnAndEndsByCtrlC) {
  const Course course;
  Person person{watch};
  EXPECT_TRUE(person.sees("q quit"));
  person.press('r');
  EXPECT_TRUE(person.sees("y/n"));
  person.press('n');
  EXPECT_TRUE(person.sees("waiting for a save of exercises/01_1"));
  EXPECT_EQ(course.text(), course.wrong());
  person.press('r');
  EXPECT_TRUE(person.sees("y/n"));
  person.press('y');
  EXPECT_TRUE(person.sees("yours is kept as endings.cpp.yours-1"));
  EXPECT_EQ(course.text(), mp::read_text(tidy::root() + "/tests/grading/01_1_endings/starter.cpp").value());
  person.press('l');
  EXPECT_TRUE(person.sees("next:"));
  person.press('n');
  EXPECT_TRUE(person.sees("waiting for a save of exercises/01_2_deadline/"));
  EXPECT_TRUE(person.sees("q quit"));
  person.press('\3');
  EXPECT_EQ(person.end(), 0);
  EXPECT_TRUE(person.is_as_before());
}

TEST(Watch, EndsByCtrlCWhileItGrades) {
  const Course course;
  Person person{watch};
  EXPECT_TRUE(person.sees("q quit"));
  course.save_in_place(hangs_in_the_second_check());
  EXPECT_TRUE(tidy::eventually([] { return !judged().empty(); }));
  const auto scratch = judged().parent_path();
  person.press('\3');
  EXPECT_EQ(person.end(), 0);
  EXPECT_TRUE(person.is_as_before());
  EXPECT_FALSE(fs::exists(scratch));
}

TEST(Watch, NeedsNoTerminalAndNoInotify) {
  const Course course;
  tidy::Background watching{{"env", "LEARN_NO_INOTIFY=1", "sh", "-c", "exec \"$@\" </dev/null", "sh", program(),
                             "watch", "01_1", "--patience", "4"}};
  EXPECT_EQ(watching.line(), "");
  EXPECT_EQ(watching.line(), "waiting for a save of exercises/01_1_endings/endings.cpp (Ctrl-C ends it)");
  course.put_in_its_place(course.wrong() + "\n");
  std::string line;
  for (int i = 0; i < 40 && line != "  80 of 100 points"; ++i) line = watching.line();
  EXPECT_EQ(line, "  80 of 100 points");
  watching.signal(SIGTERM);
  EXPECT_EQ(watching.wait().code, 0);
}
