#pragma once
/// \file
/// Two ends of a pipe that carry values, not just bytes.
///
/// \code
/// auto [ours, theirs] = mp::pipe();
/// mp::Process adder{add, std::move(theirs)};  // given away: this process has no copy once it has started
/// adder.start();
/// ours.send(40);
/// ours.send(2);
/// fmt::print("{}\n", ours.recv<int>());
/// \endcode

#include <optional>
#include <utility>

#include "02_pipe_queue/channel.hpp"
#include "common/pickle/task.hpp"

namespace mp {

/// One end of a pipe. A message is a length, then so many bytes, and descriptors beside them; what goes in
/// by one `send` comes out by one `recv`, from nothing to many megabytes.
///
/// \threads For one sender and one receiver at a time: two threads that send at once could mix the pieces of large
/// messages.
///
/// \death A peer that dies harms nobody: its last whole messages can still be received, then comes EndOfFile, or
/// BrokenPipe when it died in the middle of one. End of file comes only when *every* copy of the other end is closed,
/// and a forked child has copies of all that its parent had open.
///
/// It is Inheritable: an argument of a Process, however started, and a value to send over another Connection.
///
/// \python{multiprocessing.connection.Connection}
class Connection {
 public:
  /// An end of a socket, of packets or a stream of bytes; the flags say which directions are open.
  explicit Connection(Descriptor socket, bool readable = true, bool writable = true);

  /// \blocks while the pipe is full (some 200 KB). Throws BrokenPipe when nobody can receive it,
  /// std::logic_error for an end that only receives, and what the codec of T throws.
  /// \python{multiprocessing.connection.Connection.send}
  template <class T>
  void send(const T& value) {
    refuse<Offender<Kept<T>, Crossing::inheritance>>();
    if constexpr (Inheritable<Kept<T>>) send_message(pickled<Kept<T>>(value));
  }

  /// \blocks until a message has come. Throws EndOfFile, BrokenPipe, and DecodeError when the message is no T:
  /// it is gone then, and the next one can be received. \python{multiprocessing.connection.Connection.recv}
  template <Inheritable T>
  T recv() {
    return unpickled<T>(*receive(Deadline{}));
  }

  /// Waits at most so long for a *whole* message; what has come of one by then is kept for the next call.
  template <Inheritable T>
  std::optional<T> try_recv_for(Seconds limit) {
    return unpickled_if_any<T>(receive(Deadline{limit}));
  }

  /// The same with bytes as they are. \python{multiprocessing.connection.Connection.send_bytes}
  void send_bytes(std::span<const std::byte> bytes) { send_frame(bytes); }
  /// \blocks until what `send_bytes` has sent is there. \python{multiprocessing.connection.Connection.recv_bytes}
  std::vector<std::byte> recv_bytes() { return std::move(receive(Deadline{})->bytes); }

  /// Is something there: a message, the beginning of one, or the end? Waits at most so long for it.
  /// \python{multiprocessing.connection.Connection.poll}
  bool poll(Seconds limit = Seconds{0}) const;

  /// Closes this end; a second time it does nothing. \python{multiprocessing.connection.Connection.close}
  void close() { socket_.reset(); }

  /// For poll(2) and its like; stays ours. Throws std::logic_error once closed.
  /// \python{multiprocessing.connection.Connection.fileno}
  int fileno() const;

 private:
  friend struct Codec<Connection>;

  /// A message that is on its way in, or nothing yet.
  struct Incoming {
    std::uint64_t length = 0;  // what its sender claims
    std::size_t got = 0;       // bytes, those of the length first
    Message message;
  };

  void send_frame(std::span<const std::byte> bytes, std::span<const Descriptor> descriptors = {});
  void send_message(const Message& message) { send_frame(message.bytes, message.descriptors); }
  std::optional<Message> receive(const Deadline& deadline);
  bool read_piece(const Deadline& deadline);
  void take(std::span<const std::byte> piece, std::vector<Descriptor> came);
  std::uint64_t missing() const;

  Descriptor socket_;
  bool readable_, writable_;
  bool packets_;  // the socket keeps packets whole
  Incoming incoming_;
};

/// Two connected ends, each for both directions; or, not `duplex`, one that only receives and one that only sends.
/// \python{multiprocessing.Pipe}
std::pair<Connection, Connection> pipe(bool duplex = true);
/// An end that only receives, and one that only sends.
inline std::pair<Connection, Connection> one_way_pipe() { return pipe(false); }

template <>
struct Codec<Connection> {
  static constexpr Crossing crossing = Crossing::inheritance;
  static void encode(Encoder& out, const Connection& connection);
  static Connection decode(Decoder& in);
};

// ---- waiting for several at once ----

/// Something to wait for: a Connection or queue with a message (or at its end), a Process that is over, a plain
/// descriptor that can be read. Two are equal if they are the same descriptor.
struct Waitable {
  /// A plain descriptor.
  Waitable(int number) : descriptor{number} {}
  /// Whatever has a `fileno`: a Connection, a queue.
  Waitable(const auto& link) requires requires { link.fileno(); } : descriptor{link.fileno()} {
  }
  /// Whatever has a `sentinel`: a Process.
  Waitable(const auto& process) requires requires { process.sentinel(); } : descriptor{process.sentinel()} {
  }
  /// Is it the same one?
  bool operator==(const Waitable&) const = default;

  int descriptor;  ///< what poll(2) is asked about
};

/// \blocks until at least one is ready, and returns all that are, in the order given; at once for an empty list.
/// It takes nothing: somebody else may, before you do. With a limit it waits at most so long, and returns nothing
/// when the time is up. Throws std::system_error for what is no open descriptor.
/// \python{multiprocessing.connection.wait}
std::vector<Waitable> wait_ready(const std::vector<Waitable>& waitables, std::optional<Seconds> limit = {});

}  // namespace mp
