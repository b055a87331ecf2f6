#include "common/side_by_side/timeline.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>

#include "common/descriptor.hpp"

namespace mp {

/// Shared by all processes of a round. What does not fit is not recorded; pages that no span
/// reaches are never touched.
struct Tape {
  static constexpr std::uint32_t capacity = 65536;
  std::atomic<std::uint32_t> used;
  SpanRecord records[capacity];
};

namespace {

constexpr const char* variable = "MP_TIMELINE";  // how a spawned process finds the tape: a path below /proc

Tape* map(int file) {
  void* at = ::mmap(nullptr, sizeof(Tape), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (at == MAP_FAILED) throw_errno("mmap");
  return static_cast<Tape*>(at);
}

Tape* tape_of_parent() {
  const char* path = std::getenv(variable);
  if (path == nullptr) return nullptr;
  const Descriptor file{::open(path, O_RDWR | O_CLOEXEC)};
  return file.is_open() ? map(file.number()) : nullptr;
}

Tape*& tape() {
  static Tape* the = tape_of_parent();
  return the;
}

std::int64_t now_ns() { return std::chrono::nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}.count(); }

}  // namespace

Span::Span(int task) : record_{nullptr} {
  if (tape() == nullptr) return;
  const auto index = tape()->used.fetch_add(1, std::memory_order_relaxed);
  if (index >= Tape::capacity) return;
  record_ = &tape()->records[index];
  *record_ = {::getpid(), ::gettid(), task, now_ns(), 0};
}

Span::~Span() {
  if (record_ != nullptr) record_->finish_ns = now_ns();
}

Recording::Recording() : file_{memory_file("timeline").release()} {
  check(::ftruncate(file_, sizeof(Tape)), "ftruncate");
  tape_ = map(file_);
}

Recording::~Recording() {
  ::munmap(tape_, sizeof(Tape));
  ::close(file_);
}

void Recording::begin() const {
  ::setenv(variable, ("/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file_)).c_str(), 1);
  tape() = tape_;
}

std::vector<SpanRecord> Recording::spans() const {
  const auto n = std::min(tape_->used.load(), Tape::capacity);
  return {tape_->records, tape_->records + n};
}

}  // namespace mp
