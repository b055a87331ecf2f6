#pragma once
/// \file
/// What is behind a Queue, whatever it carries: a channel, two counts in shared memory, and in each process
/// that puts something a buffer and a feeder.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "01_process/child.hpp"
#include "02_pipe_queue/channel.hpp"
#include "02_pipe_queue/shared_count.hpp"
#include "common/raw_array.hpp"

namespace mp {

/// One queue as one process sees it; see Queue for what its calls promise.
class QueueCore {
 public:
  QueueCore(int maxsize, bool counts_tasks);
  explicit QueueCore(Decoder& in);
  ~QueueCore();
  void encode(Encoder& out) const;

  bool put(Message message, const Deadline& deadline);
  std::optional<Message> get(const Deadline& deadline);
  void task_done();
  bool join_tasks(const Deadline& deadline) { return shared().undone.add_below(1, 0, deadline); }

  int size_hint() const { return shared().under_way.value(); }
  bool empty() const { return local().open().is_empty(); }
  bool full() const { return size_hint() >= shared().limit; }
  int fileno() const { return local().open().reader.number(); }

  void close() { local().close(); }
  void join_thread();
  void cancel_join_thread();

 private:
  /// What belongs to one process alone, and to its feeder as long as that runs.
  struct Local {
    Channel channel;
    pid_t process = self().pid;
    bool closed = false, cancelled = false, feeding = false;
    std::thread feeder{};
    std::mutex mutex{};
    std::condition_variable news{};  // something was put, the queue was closed, the feeder is done
    std::deque<Message> buffer{};    // put here, and not yet in the channel

    const Channel& open();
    void require_feeder(const std::shared_ptr<Local>& own);
    static void finish_at_exit(const std::shared_ptr<Local>& own);
    void feed();
    bool send(const Message& message) const;
    void close();
    void finish();
  };

  /// What all processes share.
  struct Shared {
    SharedCount under_way;  // put, and not yet taken
    SharedCount undone;     // put, and not yet reported done
    int limit;
    bool counts_tasks;
  };

  Local& local() const;
  Shared& shared() const { return shared_[0]; }

  mutable std::shared_ptr<Local> local_;
  const RawArray<Shared> shared_;
};

}  // namespace mp
