#pragma once
/// \file
/// Queues between processes: values in at one side, out at the other, for any number of both.
///
/// \code
/// mp::Queue<int> tasks{100};  // at most 100 under way; without a number there is no limit
/// mp::SimpleQueue<std::string> results;
/// mp::Process worker{mp::start::spawn, mp::fn<work>, tasks, results};  // copies are handles of one queue
/// worker.start();
/// tasks.put(42);
/// std::string result = results.get();
/// \endcode

#include "02_pipe_queue/queue_core.hpp"
#include "common/pickle/task.hpp"

namespace mp {

/// A queue whose `put` never waits for a reader: it leaves the value to a *feeder*, a thread of this process
/// that writes it to the channel. Several processes may put and get; what one of them puts stays in order.
///
/// The value is pickled by `put`, in the caller's thread: an error there is the caller's, and later changes to
/// the value do not travel. `T` may be anything Inheritable, Connections too. Where Python puts a `None` to
/// say "that was all", make it a `Queue<std::optional<T>>` and put `std::nullopt`, or a variant.
///
/// \threads All calls are safe from any thread and process, but for `close`: no other thread of the process may be in a
/// call then.
///
/// \death When a process is killed, messages stay whole and the others go on; lost is what its feeder had not written
/// yet, what it had just taken, and, if it had not reported that yet, one of the slots of a bounded queue. A process
/// that ends normally first waits until its feeder has written everything: get what it put before you join it.
///
/// The destructor of the last handle in a process closes the queue and waits for the feeder, unless that was cancelled.
///
/// \python{multiprocessing.Queue}
template <class T>
class Queue {
 public:
  /// At most `maxsize` values under way, from `put` until somebody has taken them; 0: no limit.
  explicit Queue(int maxsize = 0) : Queue{maxsize, false} {}

  /// \blocks while a bounded queue is full. Throws QueueClosed, what the codec of T throws, and std::system_error when
  /// no feeder can be started. \python{multiprocessing.Queue.put}
  void put(const T& value) { put_by(value, Deadline{}); }
  /// Does not block: false when the queue is full. \python{multiprocessing.Queue.put_nowait}
  bool try_put(const T& value) { return put_by(value, Deadline{Seconds{0}}); }
  /// Waits at most so long for room.
  bool try_put_for(const T& value, Seconds limit) { return put_by(value, Deadline{limit}); }

  /// \blocks until there is something. Throws QueueClosed, and DecodeError when it is no T: it is gone then.
  /// \python{multiprocessing.Queue.get}
  T get() { return unpickled<T>(*core().get(Deadline{})); }
  /// Does not block: nothing when nothing has arrived yet, even if it has been put.
  /// \python{multiprocessing.Queue.get_nowait}
  std::optional<T> try_get() { return try_get_for(Seconds{0}); }
  /// Waits at most so long.
  std::optional<T> try_get_for(Seconds limit) { return unpickled_if_any<T>(core().get(Deadline{limit})); }

  /// How many were put and not yet taken, a moment ago. \python{multiprocessing.Queue.qsize}
  int size_hint() const { return core().size_hint(); }
  /// Is nothing there to be taken, just now? What was put a moment ago may still be with its feeder.
  /// \python{multiprocessing.Queue.empty}
  bool empty() const { return core().empty(); }
  /// Did a bounded queue have no room, a moment ago? \python{multiprocessing.Queue.full}
  bool full() const { return core().full(); }

  /// For wait_ready: readable when something is there to be taken. It stays ours.
  int fileno() const { return core().fileno(); }

  /// This process will use the queue no more; what it has put still goes out. Others are not concerned.
  /// \python{multiprocessing.Queue.close}
  void close() { core().close(); }
  /// \blocks until the feeder has written all that was put here, which takes as long as nobody gets it.
  /// std::logic_error before `close`. \python{multiprocessing.Queue.join_thread}
  void join_thread() { core().join_thread(); }
  /// Nobody waits for the feeder from now on: what it has not written at the end is lost, and stays counted.
  /// \python{multiprocessing.Queue.cancel_join_thread}
  void cancel_join_thread() { core().cancel_join_thread(); }

 protected:
  Queue(int maxsize, bool counts_tasks) : core_{std::make_shared<QueueCore>(maxsize, counts_tasks)} {
    refuse<Offender<T, Crossing::inheritance>>();
  }
  explicit Queue(std::shared_ptr<QueueCore> core) : core_{std::move(core)} {}

  template <class>
  friend struct Codec;
  QueueCore& core() const {
    if (!core_) throw std::logic_error{"this queue was moved away"};
    return *core_;
  }

 private:
  std::shared_ptr<QueueCore> core_;

  bool put_by(const T& value, const Deadline& deadline) {
    if constexpr (Inheritable<T>) return core().put(pickled(value), deadline);
  }
};

/// A Queue that knows when everything put into it has been worked off.
/// \python{multiprocessing.JoinableQueue}
template <class T>
class JoinableQueue : public Queue<T> {
 public:
  /// With room for `maxsize` values; 0: no limit of its own.
  explicit JoinableQueue(int maxsize = 0) : Queue<T>{maxsize, true} {}
  /// Another handle of that queue.
  explicit JoinableQueue(std::shared_ptr<QueueCore> core) : Queue<T>{std::move(core)} {}

  /// Says that something taken is done. std::logic_error when that was said more often than things were put.
  /// \python{multiprocessing.JoinableQueue.task_done}
  void task_done() { this->core().task_done(); }
  /// \blocks until all that was put is done. A process that dies between `get` and `task_done`, or before its feeder
  /// has written what it put, leaves tasks undone for ever: watch the processes, and give up by `try_join_for`.
  /// \python{multiprocessing.JoinableQueue.join}
  void join() { this->core().join_tasks(Deadline{}); }
  /// Waits at most so long; true when all is done.
  bool try_join_for(Seconds limit) { return this->core().join_tasks(Deadline{limit}); }
};

/// The channel alone, without feeder or limit: `put` writes it there, and blocks while it is full.
///
/// \death Nothing is lost when a process dies after its `put`.
///
/// \python{multiprocessing.SimpleQueue}
template <class T>
class SimpleQueue {
 public:
  SimpleQueue() : channel_{std::make_shared<Channel>(Channel::open())} { refuse<Offender<T, Crossing::inheritance>>(); }

  /// \blocks while the channel is full: some 200 KB, or 280 small values. Throws QueueClosed, what the codec of T
  /// throws, and std::system_error when there is no room for a large value. \python{multiprocessing.SimpleQueue.put}
  void put(const T& value) {
    if constexpr (Inheritable<T>) open().send(pickled(value));
  }
  /// \blocks until there is something. Throws QueueClosed, and DecodeError when it is no T: it is gone then.
  /// \python{multiprocessing.SimpleQueue.get}
  T get() { return unpickled<T>(*open().receive(Deadline{})); }
  /// Is nothing there, just now? \python{multiprocessing.SimpleQueue.empty}
  bool empty() const { return open().is_empty(); }
  /// For wait_ready: readable when something is there. It stays ours.
  int fileno() const { return open().reader.number(); }
  /// This handle is of no more use; others are not concerned. \python{multiprocessing.SimpleQueue.close}
  void close() { channel_.reset(); }

 private:
  explicit SimpleQueue(std::shared_ptr<Channel> channel) : channel_{std::move(channel)} {}
  Channel& open() const {
    if (!channel_) throw QueueClosed{};
    return *channel_;
  }

  template <class>
  friend struct Codec;
  std::shared_ptr<Channel> channel_;
};

// ---- all of them may be arguments of a Process, however it is started ----

template <class Q>
requires requires(Q queue) { queue.join_thread(); }
struct Codec<Q> {
  static constexpr Crossing crossing = Crossing::inheritance;
  static void encode(Encoder& out, const Q& queue) { queue.core().encode(out); }
  static Q decode(Decoder& in) { return Q{std::make_shared<QueueCore>(in)}; }
};

template <class T>
struct Codec<SimpleQueue<T>> {
  static constexpr Crossing crossing = Crossing::inheritance;
  static void encode(Encoder& out, const SimpleQueue<T>& queue) { mp::encode(out, queue.open()); }
  static SimpleQueue<T> decode(Decoder& in) {
    return SimpleQueue<T>{std::make_shared<Channel>(mp::decode<Channel>(in))};
  }
};

}  // namespace mp
