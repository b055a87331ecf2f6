// Exercise 02_1: messages over a pipe, which carries only bytes.
#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string>

/// Writes one message: its length in four bytes, the most significant first, then its bytes. Returns when all of it
/// is written.
void send_message(int pipe, const std::string& message) {
  (void)pipe, (void)message;  // your code
}

/// Reads the next message, however its bytes arrive. Nothing when the pipe ends between two messages; throws
/// std::runtime_error when it ends in the middle of one.
std::optional<std::string> receive_message(int pipe) {
  (void)pipe;
  return std::nullopt;  // your code
}
