#include "02_pipe_queue/queue_core.hpp"

#include <cstdio>
#include <cstdlib>

#include "common/background.hpp"
#include "common/point.hpp"

namespace mp {

QueueCore::QueueCore(int maxsize, bool counts_tasks) : local_{new Local{Channel::open()}}, shared_{1} {
  shared().limit = maxsize > 0 ? std::min(maxsize, SharedCount::most) : SharedCount::most;
  shared().counts_tasks = counts_tasks;
}

QueueCore::~QueueCore() { local().finish(); }

/// In a forked child it makes a new one: what was put and not yet sent is the parent's to send, and its feeder is not
/// here. Of the parent's the child takes the channel and leaves the rest alone, for its lock may be held, and its
/// condition waited for, by threads that the child does not have.
QueueCore::Local& QueueCore::local() const {
  const std::scoped_lock lock{LiveChildren::of_this_process().mutex()};
  if (local_->process == self().pid) return *local_;
  const auto& parents = *new std::shared_ptr{local_};  // never to be destroyed
  local_.reset(new Local{std::move(parents->channel)});
  local_->closed = parents->closed;
  return *local_;
}

// ---- putting ----

bool QueueCore::put(Message message, const Deadline& deadline) {
  Local& here = local();
  here.require_feeder(local_);
  auto& [under_way, undone, limit, counts_tasks] = shared();
  if (!under_way.add_below(limit, 1, deadline)) return false;
  if (counts_tasks) undone.add_below(SharedCount::most, 1, Deadline{});
  const std::scoped_lock lock{here.mutex};
  if (here.closed) {  // while we waited for room
    under_way.subtract();
    if (counts_tasks) undone.subtract();
    throw QueueClosed{};
  }
  here.buffer.push_back(std::move(message));
  here.news.notify_one();  // matches the wait in feed
  return true;
}

/// At the first put, as a process that only gets needs none.
void QueueCore::Local::require_feeder(const std::shared_ptr<Local>& own) {
  const std::scoped_lock lock{mutex};
  if (closed) throw QueueClosed{};
  if (feeding) return;
  feeder = background_thread([own] { own->feed(); });
  feeding = true;
  finish_at_exit(own);
}

/// A process that ends by `exit` ends its daemons, joins its other children and then waits for its feeders, in Python's
/// order. A forked child has no feeder of its parent's, whatever handlers of it run there.
void QueueCore::Local::finish_at_exit(const std::shared_ptr<Local>& own) {
  static pid_t process = 0;
  const std::scoped_lock lock{LiveChildren::of_this_process().mutex()};
  static auto& all = *new std::vector<std::weak_ptr<Local>>;  // outlives every static queue; no fork while it is made
  std::erase_if(all, [](const auto& each) { return each.expired() || process != self().pid; });
  all.push_back(own);
  if (std::exchange(process, self().pid) == self().pid) return;
  std::atexit([] {
    if (process != self().pid) return;
    end_children();
    const auto left = (std::scoped_lock{LiveChildren::of_this_process().mutex()}, all);
    for (const auto& each : left)
      if (const auto alive = each.lock()) alive->finish();
  });
}

/// The feeder: waits in place of whoever puts.
void QueueCore::Local::feed() {
  std::unique_lock lock{mutex};
  try {
    for (;;) {
      news.wait(lock, [&] { return !buffer.empty() || closed; });  // matches put and close
      if (buffer.empty()) break;
      const Message& first = buffer.front();  // stays where it is while others put behind it
      lock.unlock();
      const bool sent = send(first);
      lock.lock();
      if (sent) buffer.pop_front();
    }
  } catch (const BrokenPipe&) {
    lock.lock();  // we closed our own reading end, and nobody else has one: what is left is for nobody
    buffer.clear();
  }
  channel.writer.reset();
  feeding = false;
  news.notify_all();  // matches the waits in join_thread and finish
}

/// False when the kernel has no room for a file or a descriptor just now: others make room by taking.
bool QueueCore::Local::send(const Message& message) const try {
  channel.send(message);
  return true;
} catch (const std::system_error&) {
  ::poll(nullptr, 0, 5);
  return false;
}

// ---- getting ----

std::optional<Message> QueueCore::get(const Deadline& deadline) {
  const Channel& channel = local().open();
  try {
    auto message = channel.receive(deadline);
    if (message) point("queue: taken, but its slot is not free yet");
    if (message) shared().under_way.subtract();
    return message;
  } catch (...) {
    shared().under_way.subtract();  // something was taken, though it was of no use
    throw;
  }
}

void QueueCore::task_done() {
  if (!shared().undone.subtract()) throw std::logic_error{"task_done() was called more often than things were put"};
}

// ---- the end ----

const Channel& QueueCore::Local::open() {
  const std::scoped_lock lock{mutex};
  if (closed) throw QueueClosed{};
  return channel;
}

void QueueCore::Local::close() {
  const std::scoped_lock lock{mutex};
  if (std::exchange(closed, true)) return;
  channel.reader.reset();  // so that the feeder learns when it feeds nobody
  if (!feeding) channel.writer.reset();
  news.notify_all();  // matches the wait in feed
}

void QueueCore::join_thread() {
  Local& here = local();
  std::unique_lock lock{here.mutex};
  if (!here.closed) throw std::logic_error{"close the queue before you join its feeder"};
  here.news.wait(lock, [&] { return !here.feeding || here.cancelled; });  // matches the end of feed, and cancelling
}

void QueueCore::cancel_join_thread() {
  Local& here = local();
  const std::scoped_lock lock{here.mutex};
  here.cancelled = true;
  here.news.notify_all();  // matches the waits in join_thread and finish
}

/// Before the end of the process, or of its last handle.
void QueueCore::Local::finish() {
  constexpr Seconds patience{2.0};  // long enough for all who are well, short enough not to wait in the dark
  close();
  std::unique_lock lock{mutex};
  const auto idle = [&] { return !feeding || cancelled; };
  if (!news.wait_for(lock, patience, idle)) {  // matches the end of feed, and cancelling
    std::fprintf(stderr,
                 "%s waits for a reader: %zu messages that it put into a queue are still to be taken.\n"
                 "Get them before you join it, or call cancel_join_thread() to lose them.\n",
                 self().identity.name.c_str(), buffer.size());
    news.wait(lock, idle);
  }
  // A feeder that feeds no more needs the lock no more; joined, it is no thread that somebody forks beside.
  if (feeder.joinable()) feeding ? feeder.detach() : feeder.join();
}

// ---- as an argument of a Process ----

void QueueCore::encode(Encoder& out) const {
  mp::encode(out, local().open());
  mp::encode(out, shared_);
}

QueueCore::QueueCore(Decoder& in)
    : local_{new Local{mp::decode<Channel>(in)}}, shared_{mp::decode<RawArray<Shared>>(in)} {}

}  // namespace mp
