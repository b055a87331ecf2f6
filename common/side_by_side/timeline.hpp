#pragma once
/// \file
/// When each task started and finished, recorded by every thread and process that works on one.

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace mp {

/// Records one task, from here to the end of the scope: `Span span{i};`. Costs two clock readings;
/// does nothing where nobody records. A task that is killed stays on record as unfinished.
class Span {
 public:
  /// Task number `task` begins.
  explicit Span(int task);
  ~Span();
  Span(const Span&) = delete;

 private:
  struct SpanRecord* record_;
};

/// When one task ran, and where.
struct SpanRecord {
  pid_t pid;               ///< of the process
  pid_t thread;            ///< equal to pid in the thread that runs main
  int task;                ///< its number
  std::int64_t start_ns;   ///< on the monotonic clock, the same in all processes
  std::int64_t finish_ns;  ///< 0: it never finished
};

/// Memory that all processes of one measured round write their spans to.
class Recording {
 public:
  Recording();
  ~Recording();
  Recording(const Recording&) = delete;

  /// From now on, spans of this process and of all it starts are kept here.
  void begin() const;
  /// What was recorded so far.
  std::vector<SpanRecord> spans() const;

 private:
  int file_;
  struct Tape* tape_;
};

}  // namespace mp
