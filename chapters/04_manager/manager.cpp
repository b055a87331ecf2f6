// The client's side, and how a server is started.
#include "04_manager/manager.hpp"

#include <pthread.h>
#include <sys/un.h>

namespace mp {
namespace {

Descriptor open_socket() { return Descriptor{check(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), "socket")}; }

/// What begins with a zero is the name of no file: it goes with the socket (Linux's *abstract* addresses).
constexpr std::size_t before_name = offsetof(sockaddr_un, sun_path) + 1;

Connection dial(const std::string& name) {
  Descriptor socket = open_socket();
  sockaddr_un at{.sun_family = AF_UNIX, .sun_path = {}};
  const auto size = static_cast<socklen_t>(before_name + name.copy(at.sun_path + 1, sizeof at.sun_path - 1));
  check(::connect(socket.number(), reinterpret_cast<sockaddr*>(&at), size), ("the manager at " + name).c_str());
  return Connection{std::move(socket)};
}

/// The connections of this thread, by address. A child that it forks must not use them, nor keep them open. (Those of
/// other threads it does keep: the server sees these end when the child does.)
std::map<std::string, Connection>& lines() {
  static thread_local std::map<std::string, Connection> mine;
  [[maybe_unused]] static const int code = ::pthread_atfork(nullptr, nullptr, [] { lines().clear(); });
  return mine;
}

}  // namespace

Message ask(const std::string& address, const Message& call) {
  auto line = lines().extract(address);  // ours alone: where something throws, it is closed, not out of step
  Connection link = line ? std::move(line.mapped()) : dial(address);
  link.send(call);
  expect_soon(link);
  Message answer = link.recv<Message>();
  lines().insert_or_assign(address, std::move(link));
  if (answer.bytes.empty() || answer.bytes.back() == std::byte{0})
    unpickled<std::pair<Remote, bool>>(std::move(answer)).first.rethrow();
  answer.bytes.pop_back();
  return answer;
}

Manager::Manager() {
  Descriptor listening = open_socket();
  sockaddr_un at{.sun_family = AF_UNIX, .sun_path = {}};
  socklen_t size = sizeof at.sun_family;  // no more than that: the kernel is to choose a name
  auto* const where = reinterpret_cast<sockaddr*>(&at);
  check(::bind(listening.number(), where, size), "bind");
  check(::getsockname(listening.number(), where, &(size = sizeof at)), "getsockname");
  check(::listen(listening.number(), SOMAXCONN), "listen");
  address_.assign(at.sun_path + 1, size - before_name);
  // It listens already: whoever connects before the server runs has to wait a little, and no more.
  server_ = Process{{.name = "Manager", .daemon = true}, serve, std::move(listening)};
  server_.start();
}

Manager::~Manager() { lines().erase(address_); }

}  // namespace mp
