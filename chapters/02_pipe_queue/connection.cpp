// Messages over a socket: a length, then so many bytes.
//
// A socket of packets brings the length and a small message by one system call; a stream of bytes may cut
// anywhere, so there the length comes first, by itself.
#include "02_pipe_queue/connection.hpp"

#include <climits>
#include <cstring>

namespace mp {

constexpr std::size_t prefix = sizeof(std::uint64_t);

Connection::Connection(Descriptor socket, bool readable, bool writable)
    : socket_{std::move(socket)}, readable_{readable}, writable_{writable} {
  int type = 0;
  socklen_t size = sizeof type;
  check(::getsockopt(socket_.number(), SOL_SOCKET, SO_TYPE, &type, &size), "getsockopt(SO_TYPE)");
  packets_ = type == SOCK_SEQPACKET;
}

int Connection::fileno() const {
  if (!socket_.is_open()) throw std::logic_error{"this connection is closed"};
  return socket_.number();
}

bool Connection::poll(Seconds limit) const {
  if (!readable_) throw std::logic_error{"this end of the pipe only sends"};
  return wait_readable(fileno(), Deadline{limit});
}

// ---- out ----

void Connection::send_frame(std::span<const std::byte> bytes, std::span<const Descriptor> descriptors) {
  if (!writable_) throw std::logic_error{"this end of the pipe only receives"};
  const std::uint64_t length = bytes.size();
  const auto head = std::as_bytes(std::span{&length, 1});
  for (std::size_t sent = 0; sent < prefix + bytes.size();) {
    const auto left_of_head = head.subspan(std::min(sent, prefix));
    const auto left = bytes.subspan(std::max(sent, prefix) - prefix);
    std::array pieces{piece_of(left_of_head), piece_of(left.first(std::min(left.size(), largest_packet)))};
    sent += send_some(fileno(), pieces, descriptors);
    descriptors = {};  // they went with the first byte
  }
}

// ---- in ----

/// Bytes of the length, or once that is known, of the message.
std::uint64_t Connection::missing() const {
  return incoming_.got < prefix ? prefix - incoming_.got : incoming_.length - (incoming_.got - prefix);
}

/// A length is a claim: memory is at most twice what has come, whatever is announced.
void Connection::take(std::span<const std::byte> piece, std::vector<Descriptor> came) {
  auto& [length, got, message] = incoming_;
  const bool at_start = got == 0;
  const auto head = piece.first(got < prefix ? std::min(prefix - got, piece.size()) : 0);
  const auto body = piece.subspan(head.size());
  std::memcpy(reinterpret_cast<std::byte*>(&length) + got, head.data(), head.size());
  got += head.size();
  if (body.size() > missing() || !(at_start || came.empty())) {
    incoming_ = {};
    throw DecodeError{"a packet brings more than its message's length says, or descriptors too late"};
  }
  if (at_start) message.descriptors = std::move(came);
  message.bytes.insert(message.bytes.end(), body.begin(), body.end());
  got += body.size();
}

/// False when the deadline passes first.
bool Connection::read_piece(const Deadline& deadline) {
  std::array<std::byte, prefix + largest_packet> landing;
  const auto most = packets_ ? landing.size() : std::min<std::uint64_t>(missing(), landing.size());
  std::vector<Descriptor> came;
  const auto n = receive_some(fileno(), std::span{landing}.first(most), came, deadline);
  if (!n) return false;
  if (*n == 0 && incoming_.got == 0) throw EndOfFile{"no more messages: the other end is closed"};
  if (*n == 0) throw BrokenPipe{"the other end was closed in the middle of a message"};
  take(std::span{landing}.first(*n), std::move(came));
  return true;
}

std::optional<Message> Connection::receive(const Deadline& deadline) {
  if (!readable_) throw std::logic_error{"this end of the pipe only sends"};
  while (incoming_.got < prefix || missing() > 0)
    if (!read_piece(deadline)) return std::nullopt;
  return std::exchange(incoming_, {}).message;
}

std::pair<Connection, Connection> pipe(bool duplex) {
  auto [one, other] = socket_pair(SOCK_SEQPACKET);
  return {Connection{std::move(one), true, duplex}, Connection{std::move(other), duplex, true}};
}

void Codec<Connection>::encode(Encoder& out, const Connection& connection) {
  if (connection.incoming_.got > 0)
    throw std::logic_error{"this connection has received half a message: take the rest before you pass it on"};
  (void)connection.fileno();  // throws when closed
  mp::encode(out, std::pair{connection.readable_, connection.writable_});
  out.descriptor(connection.socket_);
}

Connection Codec<Connection>::decode(Decoder& in) {
  const auto [readable, writable] = mp::decode<std::pair<bool, bool>>(in);
  return Connection{in.descriptor(), readable, writable};
}

// ---- several at once ----

std::vector<Waitable> wait_ready(const std::vector<Waitable>& waitables, std::optional<Seconds> limit) {
  if (waitables.empty()) return {};
  std::vector<pollfd> watched;
  // poll takes no notice of a negative number; of one that nobody has, it does
  for (const auto& each : waitables) watched.push_back({each.descriptor < 0 ? INT_MAX : each.descriptor, POLLIN, 0});
  wait_for_any(watched, limit ? Deadline{*limit} : Deadline{});
  std::vector<Waitable> ready;
  for (std::size_t i = 0; i < watched.size(); ++i) {
    if (watched[i].revents & POLLNVAL)
      throw std::system_error(EBADF, std::generic_category(), "descriptor " + std::to_string(waitables[i].descriptor));
    if (watched[i].revents != 0) ready.push_back(waitables[i]);
  }
  return ready;
}

}  // namespace mp
