#pragma once
/// \file
/// Messages through sockets: bytes with descriptors beside them, whole, for any number of writers and readers.

#include <sys/socket.h>

#include <optional>
#include <stdexcept>

#include "common/pickle/codec.hpp"

namespace mp {

/// Nothing more will come: every copy of the other end is closed, in every process that had one.
/// \python{exceptions, EOFError}
class EndOfFile : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The other end is gone: nobody can read what is sent, or its sender died in the middle of a message.
/// \python{exceptions, BrokenPipeError}
class BrokenPipe : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The queue is closed in this process. \python{exceptions, ValueError}
class QueueClosed : public std::logic_error {
 public:
  QueueClosed() : std::logic_error{"this queue is closed in this process"} {}
};

/// Bytes in one packet, well below what a socket holds (net.core.wmem_default, some 200 KB).
inline constexpr std::size_t largest_packet = 131072;

/// A pair of connected sockets of that type, closed on exec.
std::pair<Descriptor, Descriptor> socket_pair(int type);

/// Memory to send from.
inline iovec piece_of(std::span<const std::byte> bytes) {
  return {const_cast<std::byte*>(bytes.data()), bytes.size()};  // sendmsg does not write there
}

/// Sends some of these pieces, and all the descriptors with the first byte; blocks while the socket is full. Returns
/// the number of bytes; throws BrokenPipe, whatever is set for SIGPIPE, and std::system_error, also where the kernel
/// has no room for more descriptors on their way.
std::size_t send_some(int socket, std::span<iovec> pieces, std::span<const Descriptor> descriptors,
                      const Descriptor& one_more = {});

/// Receives some bytes, and the descriptors that came with them. Returns the number of bytes, 0 at the end, nothing
/// when the deadline passes; throws std::system_error.
std::optional<std::size_t> receive_some(int socket, std::span<std::byte> into, std::vector<Descriptor>& descriptors,
                                        const Deadline& deadline);

/// A socket pair that keeps messages whole (SOCK_SEQPACKET), so that no reader ever gets a part of one and no two
/// writers mix theirs: each goes in and comes out by one system call. A process killed in the middle of either has
/// done it, or has not. The kernel holds some 200 KB, with its own book-keeping about 280 messages of a few bytes; a
/// message too large for a packet travels as an unnamed file in memory, of which the packet brings the descriptor.
struct Channel {
  /// A new one, with both its ends. Throws std::system_error.
  static Channel open();

  /// \blocks while the channel is full. Throws BrokenPipe when nobody has a reading end, std::system_error when there
  /// is no room for a file or for descriptors: nothing was sent then.
  void send(const Message& message) const;
  /// Waits for a message; nothing when the deadline passes. Throws EndOfFile when nobody has a writing end,
  /// std::system_error where there is no room for its descriptors, or the file that it came in is not what it claims.
  std::optional<Message> receive(const Deadline& deadline) const;
  /// Is there nothing to read just now?
  bool is_empty() const { return !wait_readable(reader.number(), Deadline{Seconds{0}}); }

  Descriptor reader;  ///< its end to read from
  Descriptor writer;  ///< its end to write to
};

/// It travels as its two ends.
template <>
inline constexpr auto fields<Channel> = std::tuple{&Channel::reader, &Channel::writer};

}  // namespace mp
