// Wrong: takes 16 MiB for the most that a message can have.
// loses: whole
// says: thirteen messages
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

namespace {

constexpr std::size_t largest_message = 16 << 20;  // who claims more, lies
constexpr std::size_t step = 1 << 16;

void write_all(int pipe, const void* data, std::size_t size) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::write(pipe, next, size);
    if (n < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "write");
    }
    next += n;
    size -= static_cast<std::size_t>(n);
  }
}

/// How many bytes came before the end, at most `size`.
std::size_t read_all(int pipe, char* data, std::size_t size) {
  std::size_t got = 0;
  while (got < size) {
    const ssize_t n = ::read(pipe, data + got, size - got);
    if (n < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "read");
    }
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  return got;
}

}  // namespace

/// Writes one message: its length in four bytes, the most significant first, then its bytes. Returns when all of it
/// is written.
void send_message(int pipe, const std::string& message) {
  if (message.size() > UINT32_MAX) throw std::length_error{"message too long"};
  const auto n = static_cast<std::uint32_t>(message.size());
  const unsigned char header[4] = {static_cast<unsigned char>(n >> 24), static_cast<unsigned char>(n >> 16),
                                   static_cast<unsigned char>(n >> 8), static_cast<unsigned char>(n)};
  write_all(pipe, header, sizeof header);
  write_all(pipe, message.data(), message.size());
}

/// Reads the next message, however its bytes arrive. Nothing when the pipe ends between two messages; throws
/// std::runtime_error when it ends in the middle of one.
std::optional<std::string> receive_message(int pipe) {
  char header[4];
  const std::size_t got = read_all(pipe, header, sizeof header);
  if (got == 0) return std::nullopt;
  if (got < sizeof header) throw std::runtime_error{"the pipe ended within a length"};
  std::size_t length = 0;
  for (const char c : header) length = length << 8 | static_cast<unsigned char>(c);
  if (length > largest_message) throw std::runtime_error{"a message cannot be so long"};

  std::string message;
  while (message.size() < length) {
    const std::size_t before = message.size(), wanted = std::min(step, length - before);
    message.resize(before + wanted);
    if (read_all(pipe, message.data() + before, wanted) < wanted)
      throw std::runtime_error{"the pipe ended within a message"};
  }
  return message;
}
