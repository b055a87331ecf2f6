// ./learn alone: where you are, and what comes next. ./learn doctor: what this machine has.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "common/descriptor.hpp"
#include "common/learn/course.hpp"
#include "common/learn/terminal.hpp"
#include "common/learn/verbs.hpp"
#include "common/machine.hpp"
#include "exercises/grader/command.hpp"
#include "exercises/grader/grade.hpp"
#include "exercises/grader/room.hpp"

namespace fs = std::filesystem;

namespace learn {
namespace {

using mp::Colour;
using mp::painted;

void line(bool good, const std::string& what, const std::string& found, const std::string& mend = "") {
  const bool colours = mp::colours_wanted(STDOUT_FILENO);
  fmt::print("  {}  {} {}\n", painted(good ? "good" : "lack", good ? Colour::green : Colour::yellow, colours),
             mp::left(what, 16), found);
  if (!good && !mend.empty()) fmt::print("        {} {}\n", mp::left("", 16), mend);
}

std::string mebibytes(const char* folder) {
  struct statvfs fs_info;
  if (::statvfs(folder, &fs_info) != 0) return "absent";
  return fmt::format("{} MiB free", (fs_info.f_bavail * fs_info.f_frsize) >> 20);
}

bool on_path(const char* program) {
  return std::system(fmt::format("command -v {} >/dev/null 2>&1", program).c_str()) == 0;
}

/// Why the thread sanitizer does not work; empty if it does.
std::string sanitizer_lack() {
  if (!fs::exists(SANITIZED)) return "absent, though they come with g++";
  const auto [code, lines] = grader::output_of({SANITIZED});
  if (code == 0) return "";
  return lines.empty() ? fmt::format("a program ends with {}", code) : lines.front();
}

}  // namespace

int status() {
  const Progress progress = Progress::load();
  const bool colours = mp::colours_wanted(STDOUT_FILENO);
  std::string next;
  const auto mark = [&](bool done, const std::string& name, const std::string& note, const std::string& command) {
    fmt::print("  {} {} {}\n", painted(done ? "✓" : "·", done ? Colour::green : Colour::dim, colours),
               mp::left(name, 22), note);
    if (!done && next.empty()) next = command;
  };
  fmt::print("{}\n\n", painted("Forklore: multi-process programming, rebuilt by hand", Colour::bold, colours));
  const auto exercises = grader::find_exercises(root());
  for (const Chapter& chapter : chapters()) {
    mark(progress.chapters_run.contains(chapter.name), chapter.name, chapter.title,
         fmt::format("read chapters/{}/README.md, guess, then ./learn run {}", chapter.name, chapter.number()));
    for (const auto& exercise : exercises) {
      if (!exercise.name.starts_with(chapter.number())) continue;
      const auto best = progress.best_points.find(exercise.name);
      const bool done = best != progress.best_points.end() && best->second == 100;
      const auto points = best == progress.best_points.end() ? "" : fmt::format(" ({} of 100)", best->second);
      mark(done, "  " + exercise.name, exercise.title + points, "./learn grade " + exercise.name.substr(0, 4));
    }
  }
  fmt::print("\n  next: {}\n",
             painted(next.empty() ? "all done; ./learn docs makes a site to read on in" : next, Colour::bold, colours));
  return 0;
}

int doctor() {
  fmt::print("What this machine offers to the course:\n");
  line(true, "compiler", COURSE_COMPILER);
  line(mp::cpu_count() > 1, "processors", fmt::format("{}", mp::cpu_count()),
       "with one processor nothing can run at the same time: the tables will show no speed-up");
  line(fs::is_directory("/dev/shm"), "/dev/shm", mebibytes("/dev/shm"), "mount a tmpfs there");
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  line(files.rlim_cur >= 256, "descriptors", fmt::format("{} for each process", files.rlim_cur), "ulimit -n 1024");
  const auto isolation = grader::isolation();
  line(isolation.namespaces, "namespaces",
       isolation.namespaces ? "submissions are graded in rooms of their own" : "not allowed: " + isolation.reason,
       "grading works without them, less strictly: a submission could signal your other processes");
  line(on_path("python3"), "python3", on_path("python3") ? "for --python" : "absent",
       "./learn run --python installs it");
  line(fs::exists("/usr/share/doxygen-awesome-css"), "doxygen theme",
       fs::exists("/usr/share/doxygen-awesome-css") ? "for ./learn docs" : "absent", "./learn docs installs it");
  const auto sanitizer = sanitizer_lack();
  line(sanitizer.empty(), "sanitizers",
       sanitizer.empty() ? "for ./learn test, and data races in submissions" : sanitizer,
       "data races in submissions are seen where they do harm, and else not");
  return 0;
}

}  // namespace learn
