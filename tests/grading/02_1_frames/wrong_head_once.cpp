// Wrong: writes the length by one write, whatever becomes of it.
// loses: interrupted
// says: try again after EINTR
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

namespace {

void write_all(int pipe, const char* bytes, std::size_t n) {
  while (n > 0) {
    const ssize_t written = write(pipe, bytes, n);
    if (written == -1 && errno == EINTR) continue;
    if (written == -1) throw std::system_error(errno, std::generic_category(), "write");
    bytes += written;
    n -= static_cast<std::size_t>(written);
  }
}

/// At least one byte, or 0 at the end.
std::size_t read_some(int pipe, char* into, std::size_t most) {
  for (;;) {
    const ssize_t n = read(pipe, into, most);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "read");
  }
}

}  // namespace

/// Writes one message: its length in four bytes, the most significant first, then its bytes. Returns when all of it
/// is written.
void send_message(int pipe, const std::string& message) {
  const auto length = static_cast<std::uint32_t>(message.size());
  const char head[] = {static_cast<char>(length >> 24), static_cast<char>(length >> 16), static_cast<char>(length >> 8),
                       static_cast<char>(length)};
  if (write(pipe, head, sizeof head) == -1 && errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "write");
  write_all(pipe, message.data(), message.size());
}

/// Reads the next message, however its bytes arrive. Nothing when the pipe ends between two messages; throws
/// std::runtime_error when it ends in the middle of one.
std::optional<std::string> receive_message(int pipe) {
  std::array<char, 4> head;
  for (std::size_t got = 0; got < head.size();) {
    const auto n = read_some(pipe, head.data() + got, head.size() - got);
    if (n == 0 && got == 0) return std::nullopt;
    if (n == 0) throw std::runtime_error{"the pipe ended in the middle of a length"};
    got += n;
  }
  std::uint32_t length = 0;
  for (const char byte : head) length = length << 8 | static_cast<unsigned char>(byte);
  std::string message;
  std::array<char, 65536> piece;
  while (message.size() < length) {
    const auto n = read_some(pipe, piece.data(), std::min<std::size_t>(piece.size(), length - message.size()));
    if (n == 0) throw std::runtime_error{"the pipe ended in the middle of a message"};
    message.append(piece.data(), n);
  }
  return message;
}
