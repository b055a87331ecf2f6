// Wrong: reads as much as there is, and loses what belongs to the next message.
// loses: whole pieces
// sometimes: interrupted
// says: thirteen messages from 0 to 20,000,000 bytes
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

void put(int pipe, const char* bytes, std::size_t n) {
  while (n > 0) {
    const ssize_t written = write(pipe, bytes, n);
    if (written == -1 && errno == EINTR) continue;
    if (written == -1) throw std::runtime_error{"write failed"};
    bytes += written;
    n -= static_cast<std::size_t>(written);
  }
}

/// Until `n` bytes have come, or the end: how many came.
std::size_t take(int pipe, char* into, std::size_t n) {
  std::size_t got = 0;
  while (got < n) {
    const ssize_t came = read(pipe, into + got, n - got);
    if (came == -1 && errno == EINTR) continue;
    if (came == -1) throw std::runtime_error{"read failed"};
    if (came == 0) break;
    got += static_cast<std::size_t>(came);
  }
  return got;
}

}  // namespace

void send_message(int pipe, const std::string& message) {
  const auto n = static_cast<std::uint32_t>(message.size());
  const unsigned char head[4] = {static_cast<unsigned char>(n >> 24), static_cast<unsigned char>(n >> 16),
                                 static_cast<unsigned char>(n >> 8), static_cast<unsigned char>(n)};
  put(pipe, reinterpret_cast<const char*>(head), 4);
  put(pipe, message.data(), message.size());
}

std::optional<std::string> receive_message(int pipe) {
  unsigned char head[4];
  const auto came = take(pipe, reinterpret_cast<char*>(head), 4);
  if (came == 0) return std::nullopt;
  if (came < 4) throw std::runtime_error{"cut"};
  const std::size_t n =
      std::size_t{head[0]} << 24 | std::size_t{head[1]} << 16 | std::size_t{head[2]} << 8 | std::size_t{head[3]};
  std::string message;
  while (message.size() < n) {
    char piece[4096];
    ssize_t got;
    do got = read(pipe, piece, sizeof piece);
    while (got == -1 && errno == EINTR);
    if (got <= 0) throw std::runtime_error{"cut"};
    message.append(piece, std::min(static_cast<std::size_t>(got), n - message.size()));
  }
  return message;
}
