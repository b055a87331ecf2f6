#pragma once
/// \file
/// A comparison as people and programs want to see it.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "common/side_by_side/side_by_side.hpp"

namespace mp {

/// The table: one line a variant, then the answers; 80 columns.
std::string table(const Comparison& comparison, bool colours);

/// Who did which task when: a lane for each thread and process; 80 columns.
std::string timeline_text(const Comparison& comparison, bool colours);

/// The same as a picture, readable on light and dark pages.
std::string timeline_svg(const Comparison& comparison);

/// The same as data; the format is part of the course's contract.
nlohmann::json to_json(const Comparison& comparison);

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
