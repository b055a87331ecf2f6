#include "common/learn/course.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/descriptor.hpp"

namespace fs = std::filesystem;

namespace learn {
namespace {

fs::path progress_file() {
  const char* elsewhere = std::getenv("LEARN_STATE");
  return (elsewhere ? fs::path{elsewhere} : root() / ".learn") / "progress.json";
}

std::string first_heading(const fs::path& file) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("# ")) return line.substr(2, line.find(" {#") - 2);
  return "";
}

}  // namespace

fs::path root() {
  const char* elsewhere = std::getenv("LEARN_ROOT");  // tests edit exercises, and not the reader's
  return elsewhere ? elsewhere : COURSE_ROOT;
}
fs::path build() { return COURSE_BUILD; }

std::vector<Chapter> chapters() {
  std::vector<Chapter> all;
  for (const auto& folder : fs::directory_iterator{root() / "chapters"}) {
    Chapter chapter{folder.path().filename(), first_heading(folder.path() / "README.md"), {}};
    for (const auto& source : fs::directory_iterator{folder}) {
      const auto program = build() / "chapters" / chapter.name / source.path().stem();
      if (source.path().extension() == ".cpp" && source.path().stem() != "bench" && fs::is_regular_file(program))
        chapter.programs.push_back(program);
    }
    std::sort(chapter.programs.begin(), chapter.programs.end(), [](auto& a, auto& b) {
      return std::pair{a.filename() != "main", a} < std::pair{b.filename() != "main", b};
    });
    all.push_back(std::move(chapter));
  }
  std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return all;
}

void require_writable(const std::string& file) {
  if (file.empty()) return;
  const bool was_there = fs::exists(file);
  if (!std::ofstream{file, std::ios::app}) {
    const std::string why = std::strerror(errno);
    throw UsageError{"./learn: cannot write " + file + ": " + why +
                     "; name a file in a folder that is there and yours"};
  }
  if (!was_there) fs::remove(file);
}

void write_text(const std::string& file, const std::string& text, bool append) {
  if (file.empty()) return;
  std::ofstream out{file, append ? std::ios::app : std::ios::trunc};
  out << text << std::flush;
  if (!out) throw std::runtime_error{"cannot write " + file};
}

void write_json(const std::string& file, const nlohmann::json& json) {
  write_text(file, json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

Progress Progress::load() {
  Progress p;
  const auto json = nlohmann::json::parse(mp::read_text(progress_file()).value_or("{}"), nullptr, false);
  if (!json.is_object()) return p;  // unreadable progress is no progress
  p.chapters_run = json.value("chapters_run", p.chapters_run);
  p.best_points = json.value("best_points", p.best_points);
  p.failing_checks = json.value("failing_checks", p.failing_checks);
  p.hints_shown = json.value("hints_shown", p.hints_shown);
  return p;
}

void Progress::save() const {
  fs::create_directories(progress_file().parent_path());
  const fs::path fresh = progress_file().string() + "." + std::to_string(::getpid());
  std::ofstream{fresh} << nlohmann::json{
      {"chapters_run", chapters_run},
      {"best_points", best_points},
      {"failing_checks", failing_checks},
      {"hints_shown",
       hints_shown}}.dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
  fs::rename(fresh, progress_file());  // all of it or nothing
}

}  // namespace learn
