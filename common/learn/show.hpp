#pragma once
/// \file
/// A comparison as people and programs want to see it.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "common/learn/predict.hpp"
#include "common/side_by_side/side_by_side.hpp"

namespace mp {

/// All of it, in the terminal, and what became of a guess, and where a path is given as data, as a picture, and as a
/// trace. Throws std::runtime_error for a file that cannot be written.
void show(const Comparison& comparison, const struct Options& options, const std::optional<Guess>& guess);
/// Why not, or nothing. Asked before anything is measured: a result must not be lost for want of a folder.
std::string can_be_written(const std::string& path);

/// The table: one line a variant, or a line a curve, then the answers; 80 columns.
std::string table(const Comparison& comparison, bool colours);

/// `36.2 µs`, `1.20 s`: three digits, and the unit that fits.
std::string time_text(double seconds);
/// `64`, `4 Ki`, `1 Mi`.
std::string size_text(double n);
/// The text, safe in SVG and HTML.
std::string escaped(std::string_view text);

/// What one operation of a variant takes, in seconds.
double each(const Measured& m);
/// The variants of one name, in the order of their points.
struct Curve {
  std::string name;
  std::vector<const Measured*> points;
};
std::vector<Curve> curves(const Comparison& comparison);

/// Who did which task when: a lane for each thread and process; 80 columns.
std::string timeline_text(const Comparison& comparison, bool colours);

/// The same as a picture, readable on light and dark pages.
std::string timeline_svg(const Comparison& comparison);

/// What one operation takes, by variant and point of the curve: as lines in the terminal, and as a picture.
std::string curves_text(const Comparison& comparison, bool colours);
std::string curves_svg(const Comparison& comparison);

/// The same as data; the format is part of the course's contract.
nlohmann::json to_json(const Comparison& comparison);

/// Its tasks, in the trace event format: a process for each variant, a thread for each lane, times in microseconds.
nlohmann::json to_trace(const Comparison& comparison);

/// One row of a timeline: a thread or process, and the tasks it had, in seconds from the start.
struct Lane {
  struct Task {
    int number;
    double start, finish;
    bool finished;
  };
  std::string name;
  std::vector<Task> tasks;
};
std::vector<Lane> lanes(const Round& round);

}  // namespace mp
