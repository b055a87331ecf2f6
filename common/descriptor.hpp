#pragma once
/// \file
/// A file descriptor that closes itself, and the two waits that every chapter needs.

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/clock.hpp"
#include "common/system.hpp"

namespace mp {

/// Owns one file descriptor: moves, never copies, closes once.
///
/// There is deliberately no conversion to bool: 0 is a perfectly good descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  /// Owns that number from now on; -1: none.
  explicit Descriptor(int number) : number_{number} {}
  /// The other one has none then.
  Descriptor(Descriptor&& other) noexcept : number_{other.release()} {}
  /// Closes its own first.
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~Descriptor() { reset(); }
  operator bool() const = delete;

  /// For a system call; it stays owned.
  int number() const { return number_; }
  /// Has it one?
  bool is_open() const { return number_ >= 0; }

  /// Gives the number away: the caller closes it.
  int release() { return std::exchange(number_, -1); }

  /// Closes it, and owns `number` in its place.
  void reset(int number = -1) {
    const int old = std::exchange(number_, number);  // first: a fork in between must not find a number closed twice
    if (old >= 0) ::close(old);                      // never retried: Linux frees the number even on EINTR
  }

  /// Another number for the same open file, closed on exec like every descriptor of the course.
  Descriptor duplicate() const {
    return Descriptor{check(::fcntl(number_, F_DUPFD_CLOEXEC, 3), "fcntl(F_DUPFD_CLOEXEC)")};
  }

 private:
  int number_ = -1;
};

/// Waits until `fd` is readable or at its end; false when `deadline` passes first.
bool wait_readable(int fd, const Deadline& deadline);
/// The same for all that poll(2) can wait for.
bool wait_for_any(std::span<pollfd> watched, const Deadline& deadline);

/// Writes every byte, however the kernel cuts them.
void write_all(int fd, std::span<const std::byte> bytes);

/// Reads from the current offset to the end of the file.
std::vector<std::byte> read_to_end(int fd);

/// The text of a small file such as one in /proc; nothing when it cannot be read (any more).
std::optional<std::string> read_text(const std::string& path);

/// An unnamed file in memory, closed on exec: nothing to unlink, nothing to leak.
Descriptor memory_file(const char* name);
/// One that holds these bytes, to be read from its start.
Descriptor memory_file(const char* name, std::span<const std::byte> content);
/// What such a file holds. Its size is a claim as well: std::system_error for one with holes, or for no file at all.
std::vector<std::byte> content_of(const Descriptor& memory_file);

}  // namespace mp
