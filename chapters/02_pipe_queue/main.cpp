// A worker that adds what it is sent, answers with the sum so far, and stops when it is told to.
//
// Adding is nothing, so what is timed is the way there and back: a Pipe, or a Queue, to a thread or to a process.
#include <fmt/format.h>

#include <thread>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
#include "02_pipe_queue/queue.hpp"
#include "common/side_by_side/side_by_side.hpp"

using Number = std::optional<long>;  // nothing says "that was all": where Python sends None

/// The worker behind a pair of queues, or behind a Connection, which is its own pair.
template <class Numbers, class Sums>
void add(Numbers numbers, Sums sums) {
  long sum = 0;
  while (const Number number = numbers.get()) sums.put(sum += *number);
}
void add_by_pipe(mp::Connection link) {
  long sum = 0;
  while (const auto number = link.recv<Number>()) link.send(sum += *number);
}

/// Sends 0 to n − 1. One at a time, it waits for each answer; otherwise it takes them all at the end.
std::string converse(long n, bool one_at_a_time, const auto& send, const auto& receive) {
  long sum = 0;
  for (long i = 0; i < n; ++i) {
    send(Number{i});
    if (one_at_a_time) sum = receive();
  }
  for (long i = 0; i < n && !one_at_a_time; ++i) sum = receive();
  send(Number{});
  return std::to_string(sum);
}

std::string by_call(long n) {
  long sum = 0;
  return converse(
      n, true, [&](Number number) { sum += number.value_or(0); }, [&] { return sum; });
}

template <class Worker>
std::string by_pipe(long n) {
  auto [ours, theirs] = mp::pipe();
  Worker worker{add_by_pipe, std::move(theirs)};
  if constexpr (std::same_as<Worker, mp::Process>) worker.start();
  return converse(
      n, true, [&](Number number) { ours.send(number); }, [&] { return ours.recv<long>(); });
}

template <class Worker, template <class> class Queue>
std::string by_queues(long n, bool one_at_a_time = true) {
  Queue<Number> numbers;
  Queue<long> sums;
  Worker worker{add<Queue<Number>, Queue<long>>, numbers, sums};
  if constexpr (std::same_as<Worker, mp::Process>) worker.start();
  return converse(
      n, one_at_a_time, [&](Number number) { numbers.put(number); }, [&] { return sums.get(); });
}

int main(int argc, char** argv) {
  using mp::Kind, mp::Process, mp::Queue, mp::SimpleQueue;
  using Thread = std::jthread;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "02_pipe_queue", "main"};
  fmt::print("A process adds 0 1 2 3 4: {}\n\n", by_pipe<Process>(5));
  const long n = run.scaled(2'000, 100'000);
  run.workload(fmt::format("{} numbers to a worker that adds, and {} sums back", n, n));
  const auto add_variant = [&](const char* name, Kind kind, auto body) {
    run.add({.name = name, .kind = kind, .operations = n}, body);
  };
  add_variant("serial, a call", Kind::serial, [=] { return by_call(n); });
  add_variant("thread, Pipe", Kind::threads, [=] { return by_pipe<Thread>(n); });
  add_variant("process, Pipe", Kind::processes, [=] { return by_pipe<Process>(n); });
  add_variant("process, SimpleQueue", Kind::processes, [=] { return by_queues<Process, SimpleQueue>(n); });
  add_variant("thread, Queue", Kind::threads, [=] { return by_queues<Thread, Queue>(n); });
  add_variant("process, Queue", Kind::processes, [=] { return by_queues<Process, Queue>(n); });
  add_variant("process, Queue, flood", Kind::processes, [=] { return by_queues<Process, Queue>(n, false); });
  return run.report();
}
