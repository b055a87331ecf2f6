// ./learn watch
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <optional>

#include "common/descriptor.hpp"
#include "common/learn/exercises.hpp"
#include "common/learn/keyboard.hpp"
#include "common/learn/saves.hpp"
#include "common/learn/terminal.hpp"
#include "common/learn/verbs.hpp"

namespace fs = std::filesystem;

namespace learn {
namespace {

using grader::Exercise;

class Watch {
 public:
  Watch(const Exercise& first, double patience) : exercise_{first}, saves_{first.file}, patience_{patience} {}

  int run() {
    for (bool again = true; again && !end_.is_there();) {
      invite();
      const char news = wait(true);
      again = news == saved ? on_save() : on_key(news);
    }
    return 0;
  }

 private:
  static constexpr char saved = '\0', ended = 'q';

  void invite() const {
    fmt::print("\nwaiting for a save of {}{}\n", short_path(exercise_.file),
               keyboard_.is_there() ? "\n  h hint · n next exercise · r reset · l list · q quit" : " (Ctrl-C ends it)");
  }

  /// A save or a key, whichever comes first. Saves that nobody asks for are kept.
  char wait(bool for_saves) {
    std::fflush(stdout);
    while (!end_.is_there()) {
      pollfd watched[] = {{end_.descriptor(), POLLIN, 0},
                          {keyboard_.descriptor(), POLLIN, 0},
                          {for_saves ? saves_.descriptor() : -1, POLLIN, 0}};
      mp::wait_for_any(watched, mp::Deadline{mp::Seconds{1}});
      if (watched[0].revents != 0) end_.sleep_again(), keyboard_.resume();
      if (end_.is_there()) break;
      if (watched[1].revents != 0) return keyboard_.key().value_or(ended);
      if (for_saves && saves_.are_there()) return saved;
    }
    return ended;
  }

  void go_to(const Exercise& exercise) {
    exercise_ = exercise;
    saves_ = Saves{exercise.file};
  }

  /// Nothing if it was ended, or the file was taken away.
  std::optional<grader::Grade> verdict() const {
    mp::show_progress("  grading " + exercise_.name + " …");
    std::optional<grader::Grade> grade;
    try {
      grade = grader::grade(exercise_, exercise_.file, build(), {.patience = patience_}, [&](auto&) {
        if (end_.is_there()) throw std::runtime_error{"ended"};
      });
    } catch (const std::exception&) {
      if (!end_.is_there() && fs::exists(exercise_.file)) throw;
    }
    mp::clear_progress();
    return end_.is_there() ? std::nullopt : grade;  // Ctrl-C ends the compiler, too, which then says nothing true
  }

  bool on_save() {
    const auto grade = verdict();
    if (!grade) return true;
    fmt::print("\n{}", grader::to_text(*grade, exercise_, mp::colours_wanted(STDOUT_FILENO)));
    Progress progress = Progress::load();
    remember(progress, *grade);
    progress.save();
    if (!grade->full()) return true;
    show_answer(exercise_);
    return move_on("\nEvery exercise is done.");
  }

  bool move_on(const std::string& else_say) {
    const auto next = next_unfinished(exercise_.name);
    if (!next) return fmt::print("{}\n", else_say), false;
    go_to(*next);
    fmt::print("\nNext: {}  {}\n  its task: {}\n", next->name, next->title, short_path(next->folder / "README.md"));
    return true;
  }

  bool on_key(char key) {
    switch (key) {
      case 'h':
        hint(exercise_.name);
        break;
      case 'n':
        move_on("Nothing else is unfinished.");
        break;
      case 'r':
        reset_if_sure();
        break;
      case 'l':
        status();
        break;
      case 'q':
      case '\4':
        return false;  // Ctrl-D
      default:
        break;
    }
    return true;
  }

  void reset_if_sure() {
    fmt::print("Put {} back as it was handed out? Yours is kept beside it. y/n\n", short_path(exercise_.file));
    if (wait(false) != 'y') return;
    reset(exercise_.name);
    saves_.are_there();  // it was us
  }

  EndWish end_;  // first: whatever ends it, the terminal is put back
  Keyboard keyboard_;
  Exercise exercise_;
  Saves saves_;
  double patience_;
};

}  // namespace

int watch(const std::string& name, double patience) {
  const auto first = name.empty() ? next_unfinished("") : choose({name}).front();
  if (first) return Watch{*first, patience}.run();
  fmt::print("Every exercise is done; ./learn watch 01_1 watches one all the same.\n");
  return 0;
}

}  // namespace learn
