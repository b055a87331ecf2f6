#include "02_pipe_queue/channel.hpp"

#include <cstring>

namespace mp {
namespace {

/// Room for descriptors beside a message.
struct Control {
  alignas(cmsghdr) unsigned char bytes[CMSG_SPACE(most_descriptors * sizeof(int))];
};

void write_rights(msghdr& header, Control& control, std::span<const Descriptor> descriptors) {
  header.msg_control = control.bytes;
  header.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
  cmsghdr* rights = CMSG_FIRSTHDR(&header);
  *rights = {CMSG_LEN(descriptors.size() * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    const int number = descriptors[i].number();
    std::memcpy(CMSG_DATA(rights) + i * sizeof number, &number, sizeof number);
  }
}

void read_rights(msghdr& header, std::vector<Descriptor>& descriptors) {
  cmsghdr* rights = CMSG_FIRSTHDR(&header);  // all of them come in one
  if (rights == nullptr || rights->cmsg_type != SCM_RIGHTS) return;
  for (std::size_t at = 0; at + sizeof(int) <= rights->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
    int number;
    std::memcpy(&number, CMSG_DATA(rights) + at, sizeof number);
    descriptors.emplace_back(number);
  }
}

}  // namespace

std::pair<Descriptor, Descriptor> socket_pair(int type) {
  int ends[2];
  check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "socketpair");
  return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

std::size_t send_some(int socket, std::span<iovec> pieces, std::span<const Descriptor> descriptors) {
  msghdr header{};
  header.msg_iov = pieces.data();
  header.msg_iovlen = pieces.size();
  Control control;
  if (!descriptors.empty()) write_rights(header, control, descriptors);
  const ssize_t n = retry([&] { return ::sendmsg(socket, &header, MSG_NOSIGNAL); });
  if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
    throw BrokenPipe{"nobody can receive this message: the other end is closed"};
  return static_cast<std::size_t>(check(n, "sendmsg"));
}

std::optional<std::size_t> receive_some(int socket, std::span<std::byte> into, std::vector<Descriptor>& descriptors,
                                        const Deadline& deadline) {
  const int flags = MSG_CMSG_CLOEXEC | (deadline.is_never() ? 0 : MSG_DONTWAIT);
  for (;;) {
    if (!deadline.is_never() && !wait_readable(socket, deadline)) return std::nullopt;
    iovec piece{into.data(), into.size()};
    Control control;
    msghdr header{nullptr, 0, &piece, 1, control.bytes, sizeof control.bytes, 0};
    const ssize_t n = retry([&] { return ::recvmsg(socket, &header, flags); });
    if (n < 0 && errno == EAGAIN) continue;  // another reader was faster
    if (n < 0 && errno == ECONNRESET) return 0;
    check(n, "recvmsg");
    read_rights(header, descriptors);
    return static_cast<std::size_t>(n);
  }
}

Packet::Packet(Message content) : message{std::move(content)} {
  if (message.bytes.size() < largest_packet) return;
  message.descriptors.push_back(memory_file("message", message.bytes));
  message.bytes = {};
  in_a_file = std::byte{1};
}

Channel Channel::open() {
  auto [reader, writer] = socket_pair(SOCK_SEQPACKET);
  return {std::move(reader), std::move(writer)};
}

void Channel::send(const Packet& packet) const {
  std::array pieces{piece_of(packet.message.bytes), piece_of({&packet.in_a_file, 1})};
  send_some(writer.number(), pieces, packet.message.descriptors);
}

std::optional<Message> Channel::receive(const Deadline& deadline) const {
  std::array<std::byte, largest_packet> packet;
  Message message;
  const auto n = receive_some(reader.number(), packet, message.descriptors, deadline);
  if (!n) return std::nullopt;
  if (*n == 0) throw EndOfFile{"nothing more will come: all writers are gone"};
  if (packet[*n - 1] == std::byte{}) {
    message.bytes.assign(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(*n) - 1);
    return message;
  }
  if (message.descriptors.empty()) throw DecodeError{"a packet came without the file that it speaks of"};
  message.bytes = read_to_end(message.descriptors.back().number());
  message.descriptors.pop_back();  // it carried the bytes, and is no part of the message
  return message;
}

}  // namespace mp
