#include "02_pipe_queue/channel.hpp"

#include <cstring>

namespace mp {
namespace {

constexpr std::size_t room = CMSG_SPACE((most_descriptors + 1) * sizeof(int));  // for descriptors beside a message

void write_rights(msghdr& header, std::span<const int> numbers) {
  header.msg_controllen = CMSG_SPACE(numbers.size_bytes());
  cmsghdr* rights = CMSG_FIRSTHDR(&header);
  *rights = {CMSG_LEN(numbers.size_bytes()), SOL_SOCKET, SCM_RIGHTS};
  std::memcpy(CMSG_DATA(rights), numbers.data(), numbers.size_bytes());
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

std::size_t send_some(int socket, std::span<iovec> pieces, std::span<const Descriptor> descriptors,
                      const Descriptor& one_more) {
  alignas(cmsghdr) std::byte control[room];
  msghdr header{nullptr, 0, pieces.data(), pieces.size(), control, 0, 0};
  std::vector<int> numbers;
  for (const Descriptor& each : descriptors) numbers.push_back(each.number());
  if (one_more.is_open()) numbers.push_back(one_more.number());
  if (!numbers.empty()) write_rights(header, numbers);
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
    alignas(cmsghdr) std::byte control[room];
    msghdr header{nullptr, 0, &piece, 1, control, room, 0};
    const ssize_t n = retry([&] { return ::recvmsg(socket, &header, flags); });
    // Another reader was faster; or, said once, a peer left unread messages: its own come next.
    if (n < 0 && (errno == EAGAIN || errno == ECONNRESET)) continue;
    check(n, "recvmsg");
    read_rights(header, descriptors);
    if (header.msg_flags & MSG_CTRUNC) throw std::system_error(EMFILE, std::generic_category(), "recvmsg");
    if (header.msg_flags & MSG_TRUNC) throw DecodeError{"a packet is larger than any that we send"};
    return static_cast<std::size_t>(n);
  }
}

Channel Channel::open() {
  auto [reader, writer] = socket_pair(SOCK_SEQPACKET);
  return {std::move(reader), std::move(writer)};
}

void Channel::send(const Message& message) const {
  std::byte in_a_file{};  // the last byte of each packet; without it, an empty one would look like the end
  Descriptor file;
  std::span<const std::byte> inside{message.bytes};
  if (inside.size() >= largest_packet) {
    file = memory_file("message", std::exchange(inside, {}));
    in_a_file = std::byte{1};
  }
  std::array pieces{piece_of(inside), piece_of({&in_a_file, 1})};
  send_some(writer.number(), pieces, message.descriptors, file);
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
  message.bytes = content_of(message.descriptors.back());
  message.descriptors.pop_back();  // it carried the bytes, and is no part of the message
  return message;
}

}  // namespace mp
