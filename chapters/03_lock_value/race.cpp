// The race of chapter 02 once more, with a ring in shared memory: a worker that adds what it is sent.
#include <fmt/format.h>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
#include "02_pipe_queue/queue.hpp"
#include "03_lock_value/shared_queue.hpp"
#include "common/side_by_side/side_by_side.hpp"

using Number = std::optional<long>;

template <class Numbers, class Sums>
void add(Numbers numbers, Sums sums) {
  long sum = 0;
  while (const Number number = numbers.get()) sums.put(sum += *number);
}
void add_by_pipe(mp::Connection link) {
  long sum = 0;
  while (const auto number = link.recv<Number>()) link.send(sum += *number);
}

/// Sends 0 to n − 1, so many before it takes an answer for each.
std::string converse(long n, long ahead, const auto& send, const auto& receive) {
  long sum = 0;
  for (long i = 0; i < n + ahead - 1; ++i) {
    if (i < n) send(Number{i});
    if (i >= ahead - 1) sum = receive();
  }
  send(Number{});
  return std::to_string(sum);
}

std::string by_pipe(long n, long ahead) {
  auto [ours, theirs] = mp::pipe();
  mp::Process worker{add_by_pipe, std::move(theirs)};
  worker.start();
  return converse(
      n, ahead, [&](Number number) { ours.send(number); }, [&] { return ours.recv<long>(); });
}

template <class Numbers, class Sums>
std::string by(Numbers numbers, Sums sums, long n, long ahead) {
  mp::Process worker{add<Numbers, Sums>, numbers, sums};
  worker.start();
  return converse(
      n, ahead, [&](Number number) { numbers.put(number); }, [&] { return sums.get(); });
}

int main(int argc, char** argv) {
  using mp::Queue, mp::SimpleQueue, mp::SharedQueue;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "03_lock_value", "race"};
  const long n = run.scaled(5'000, 500'000);
  run.workload(fmt::format("{} numbers to a worker that adds, and {} sums back", n, n));
  run.across("numbers on their way at once");
  for (const long ahead : {1L, 4L, 16L, 64L}) {
    const auto variant = [&](const char* name, auto body) {
      run.add({.name = name, .kind = mp::Kind::processes, .operations = n, .at = static_cast<double>(ahead)}, body);
    };
    variant("Pipe", [=] { return by_pipe(n, ahead); });
    variant("SimpleQueue", [=] { return by(SimpleQueue<Number>{}, SimpleQueue<long>{}, n, ahead); });
    variant("Queue", [=] { return by(Queue<Number>{}, Queue<long>{}, n, ahead); });
    variant("SharedQueue", [=] { return by(SharedQueue<Number>{128}, SharedQueue<long>{128}, n, ahead); });
  }
  return run.report();
}
