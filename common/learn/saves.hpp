#pragma once
/// \file
/// When a file was saved.

#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "common/descriptor.hpp"

namespace learn {

/// Looks at one file. Its folder is watched, because many editors do not write into a file but put another in its
/// place; what wakes us only says when to look. Some network and WSL folders never wake anybody: look each second, too.
class Saves {
 public:
  explicit Saves(const std::filesystem::path& file);

  /// Readable when something happened in the folder; −1 where that cannot be had.
  int descriptor() const { return events_.number(); }
  /// Was it saved since this was asked last? An empty file is one whose writer is not done.
  bool are_there();

 private:
  struct Stamp {
    ino_t file;
    off_t size;
    long seconds, nanoseconds;
    bool operator==(const Stamp&) const = default;
  };
  std::optional<Stamp> stamp() const;

  std::filesystem::path file_;
  mp::Descriptor events_;
  std::optional<Stamp> seen_;
};

}  // namespace learn
