// Pipe, SimpleQueue and Queue by message size: there and back again, to a thread and to a process.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
#include "02_pipe_queue/queue.hpp"
#include "common/side_by_side/side_by_side.hpp"

using Payload = std::string;

/// Sends everything back, and stops at an empty message.
template <class Queue>
void echo(Queue in, Queue out) {
  for (Payload payload = in.get(); !payload.empty(); payload = in.get()) out.put(payload);
}
void echo_by_pipe(mp::Connection link) {
  for (auto payload = link.recv<Payload>(); !payload.empty(); payload = link.recv<Payload>()) link.send(payload);
}

std::string converse(std::size_t size, long n, const auto& send, const auto& receive) {
  const Payload sent(size, 'x');
  long same = 0;
  for (long i = 0; i < n; ++i) {
    send(sent);
    same += receive() == sent ? 1 : 0;
  }
  send(Payload{});
  return same == n ? "all came back" : fmt::format("{} of {} came back", same, n);
}

template <class Worker>
std::string by_pipe(std::size_t size, long n) {
  auto [ours, theirs] = mp::pipe();
  Worker worker{echo_by_pipe, std::move(theirs)};
  if constexpr (std::same_as<Worker, mp::Process>) worker.start();
  return converse(
      size, n, [&](const Payload& p) { ours.send(p); }, [&] { return ours.recv<Payload>(); });
}

template <class Worker, class Queue>
std::string by_queues(std::size_t size, long n) {
  Queue there, back;
  Worker worker{echo<Queue>, there, back};
  if constexpr (std::same_as<Worker, mp::Process>) worker.start();
  return converse(
      size, n, [&](const Payload& p) { there.put(p); }, [&] { return back.get(); });
}

int main(int argc, char** argv) {
  using mp::Kind, mp::Process;
  using Queue = mp::Queue<Payload>;
  using SimpleQueue = mp::SimpleQueue<Payload>;
  using Thread = std::jthread;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "02_pipe_queue", "sizes"};
  run.workload("one message there and back, by its size");
  run.across("bytes in a message");
  for (const std::size_t size : {64UL, 1024UL, 16384UL, 262144UL, 1048576UL}) {
    const long n = std::max(4L, run.scaled(200, 10'000) / (1 + static_cast<long>(size) / 8192));
    const auto add = [&](const char* name, Kind kind, auto body) {
      run.add({.name = name, .kind = kind, .operations = n, .at = static_cast<double>(size)},
              [=] { return body(size, n); });
    };
    add("Pipe, process", Kind::processes, by_pipe<Process>);
    add("SimpleQueue, process", Kind::processes, by_queues<Process, SimpleQueue>);
    add("Queue, process", Kind::processes, by_queues<Process, Queue>);
    add("Pipe, thread", Kind::threads, by_pipe<Thread>);
    add("SimpleQueue, thread", Kind::threads, by_queues<Thread, SimpleQueue>);
    add("Queue, thread", Kind::threads, by_queues<Thread, Queue>);
  }
  return run.report();
}
