// The server's side: sessions, and the table of objects.
#include "04_manager/server.hpp"

#include <sys/epoll.h>

#include <csignal>
#include <map>

#include "01_process/child.hpp"
#include "04_manager/remote_error.hpp"
#include "common/background.hpp"

namespace mp {
namespace {

struct Table {
  std::mutex mutex;
  ObjectId last = 0;
  std::map<ObjectId, std::shared_ptr<Object>> objects;
  Descriptor watch;  // for new clients, and the end of references
};
Table& table = *new Table;  // outlives the threads

void watch(const Descriptor& descriptor, ObjectId id) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = id}};
  check(::epoll_ctl(table.watch.number(), EPOLL_CTL_ADD, descriptor.number(), &event), "epoll_ctl");
}

/// With the mutex held.
std::shared_ptr<Object> find(ObjectId id) {
  const auto found = table.objects.find(id);
  if (found == table.objects.end())
    throw DecodeError{"the manager has no object " + std::to_string(id) + " (any more)"};
  return found->second;
}

/// Nobody refers to it, unless somebody has taken a reference just now.
void forget(ObjectId id) {
  std::shared_ptr<Object> last;  // goes after the lock: its end may take long, and end others
  const std::scoped_lock lock{table.mutex};
  if (const auto found = find(id); wait_readable(found->references.number(), Deadline{Seconds{0}}))
    last = table.objects.extract(id).mapped(),
    last->references.reset();  // a call may have it still: no more news of it
}

/// What the call returns, or the error that it throws; the last byte says which.
Message carry_out(Message call) {
  Encoder answer;
  try {
    Decoder request{std::move(call)};
    find_task(decode<std::string>(request))(request, answer);
    encode(answer, true);
  } catch (...) {
    answer = {};
    encode(answer, std::pair{Remote::current(), false});
  }
  return answer.take();
}

/// Nothing that a client does ends more than its thread.
void receive_client(Descriptor socket) try {
  if (!socket.is_open()) ::usleep(10'000);  // no descriptor left: somebody may close one
  ucred peer{};
  socklen_t size = sizeof peer;
  ::getsockopt(socket.number(), SOL_SOCKET, SO_PEERCRED, &peer, &size);
  if (peer.pid == 0 || peer.uid != ::geteuid()) return;  // none, or somebody else's
  background_thread([client = std::move(socket)]() mutable {
    Session::here = std::make_shared<Session>(Connection{std::move(client)});
    Session::here->serve();
  }).detach();
} catch (const std::exception&) {
  // no room for another thread: the client finds its connection closed
}

}  // namespace

void Session::serve() try {
  for (;;) {
    expect_soon(link);
    link.send(carry_out(link.recv<Message>()));
  }
} catch (const std::exception&) {
  // it is gone, or talks nonsense
}

void serve(Descriptor listening) {
  std::signal(SIGINT, SIG_IGN);
  // What it has open of its parent's, proxies and pipes, it must not keep; but for what shows it its parent's end.
  const auto [one, other] = std::minmax({listening.number(), self().parent.number()});
  for (const auto& [from, to] : {std::pair{3, one}, {one + 1, other}, {other + 1, 1 << 30}})
    ::close_range(static_cast<unsigned>(from), static_cast<unsigned>(to) - 1, 0);
  table.watch.reset(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create"));
  for (watch(listening, 0);;) {
    epoll_event event{};
    check(retry([&] { return ::epoll_wait(table.watch.number(), &event, 1, -1); }), "epoll_wait");
    if (event.data.u64 == 0)
      receive_client(Descriptor{::accept4(listening.number(), nullptr, nullptr, SOCK_CLOEXEC)});
    else
      forget(event.data.u64);
  }
}

std::shared_ptr<Object> find_object(ObjectId id, const std::type_info& type) {
  const std::scoped_lock lock{table.mutex};
  if (auto object = find(id); object->type == type) return object;
  throw DecodeError{"object " + std::to_string(id) + " is no " + demangled(type.name())};
}

std::pair<ObjectId, Descriptor> add_object(std::shared_ptr<Object> object) {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "pipe2");
  object->references.reset(ends[0]);
  Descriptor first{ends[1]};
  const std::scoped_lock lock{table.mutex};
  const ObjectId id = ++table.last;
  watch(object->references, id);
  table.objects.emplace(id, std::move(object));
  return {id, std::move(first)};
}

Descriptor refer_to(ObjectId id) {
  const std::scoped_lock lock{table.mutex};
  const std::string pipe = "/proc/self/fd/" + std::to_string(find(id)->references.number());
  return Descriptor{check(::open(pipe.c_str(), O_WRONLY | O_CLOEXEC), "open")};  // another writing end of it
}

}  // namespace mp
