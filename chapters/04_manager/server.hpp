#pragma once
/// \file
/// The process that owns the objects: a table of them, and a thread for each connection of a client.

#include <sched.h>

#include <memory>
#include <mutex>
#include <typeinfo>

#include "02_pipe_queue/connection.hpp"

namespace mp {

template <>
inline constexpr auto fields<Message> = std::tuple{&Message::bytes, &Message::descriptors};

using ObjectId = std::uint64_t;

/// An object of the server, and the reading end of a pipe. The writing ends are the references to it: each proxy has
/// one. The kernel counts them, in whatever process they are and however that ends, and says when the last is closed.
struct Object {
  explicit Object(const std::type_info& its_type) : type{its_type} {}
  virtual ~Object() = default;

  const std::type_info& type;
  std::mutex mutex;  // one call at a time
  Descriptor references;
};
template <class T>
struct ObjectOf : Object {
  explicit ObjectOf(auto&&... args) : Object{typeid(T)}, value{std::forward<decltype(args)>(args)...} {}
  T value;
};

/// One connection, and the thread of the server that makes the calls which come by it. A client has one for each of its
/// threads: so one that waits in a call keeps nobody else waiting.
struct Session {
  /// The one that this thread serves. A weak_ptr to it is how a lock knows whether its owner lives.
  static inline thread_local std::shared_ptr<Session> here;
  /// Answers until the client is gone.
  void serve();

  /// For a call that waits, in this thread: calls `done_within(limit)` until it says so; false when the time is up.
  /// It waits in slices, so as to see its client die: throws EndOfFile then.
  static bool wait(Seconds most, auto done_within) {
    const Deadline deadline{most};
    for (;;) {
      const bool done = done_within(std::min(Seconds{0.1}, deadline.remaining()));
      if (here->link.poll()) throw EndOfFile{"the client is gone"};  // alive, it awaits our answer and sends nothing
      if (done || deadline.passed()) return done;
    }
  }

  Connection link;
  /// References that an answer spoke of: they stay until the client has had the time to take its own.
  std::vector<std::shared_ptr<const Descriptor>> answered = {};
};

/// Serves whoever of this user connects, and never returns: what a Manager's process does. It ignores Ctrl-C.
[[noreturn]] void serve(Descriptor listening);

// ---- what a request finds in the server's process ----

/// Throws DecodeError for an object that there is none of, or that is of another type.
std::shared_ptr<Object> find_object(ObjectId id, const std::type_info& type);
/// Puts it into the table. Returns its number, and the first reference.
std::pair<ObjectId, Descriptor> add_object(std::shared_ptr<Object> object);
/// One more reference.
Descriptor refer_to(ObjectId id);

/// Both ends of a conversation look for 20 µs before they sleep, for to be woken takes longer than most calls. They
/// yield each time: the other may need this processor.
inline void expect_soon(const Connection& link) {
  for (const auto start = Clock::now(); !link.poll() && seconds_since(start) < 20e-6;) ::sched_yield();
}

}  // namespace mp
