// A worker puts a thousand messages and kills itself right after the last. How many arrive?
//
// A Pipe and a SimpleQueue have them in the kernel when `put` returns. A Queue may have them with its feeder, which
// dies with the process; unless the worker waits for it, as a process that ends normally does by itself.
#include <fmt/format.h>

#include <csignal>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
#include "02_pipe_queue/queue.hpp"
#include "common/side_by_side/side_by_side.hpp"

constexpr int messages = 1000;
using Queue = mp::Queue<int>;
using SimpleQueue = mp::SimpleQueue<int>;

void put_all(auto queue) {
  for (int i = 0; i < messages; ++i) queue.put(i);
}
void kill_myself() { std::raise(SIGKILL); }

/// Looks away until the worker is over, or waits in vain for a reader; then takes what is there.
template <class Q, class Work>
std::string by_queue(mp::Seconds look_away, Work work) {
  Q queue;
  mp::Process worker{work, queue};
  worker.start();
  worker.try_join_for(look_away);
  int arrived = 0;
  while (mp::wait_ready({queue, worker}).front() == mp::Waitable{queue}) {  // only the worker: nothing is left
    (void)queue.get();
    ++arrived;
  }
  return fmt::format("{} of {} arrived", arrived, messages);
}

std::string by_pipe(mp::Seconds look_away) {
  auto [reader, writer] = mp::one_way_pipe();
  mp::Process worker{[](mp::Connection link) {
                       for (int i = 0; i < messages; ++i) link.send(i);
                       kill_myself();
                     },
                     std::move(writer)};
  worker.start();
  worker.try_join_for(look_away);
  int arrived = 0;
  try {
    for (;; ++arrived) (void)reader.recv<int>();
  } catch (const mp::EndOfFile&) {
    return fmt::format("{} of {} arrived", arrived, messages);
  }
}

int main(int argc, char** argv) {
  using mp::Kind;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "02_pipe_queue", "last_words"};
  const mp::Seconds look_away = run.patience(mp::Seconds{0.1});
  run.workload(fmt::format("{} messages from a worker that kills itself after the last", messages));
  run.expect(fmt::format("{0} of {0} arrived", messages));
  run.add({"Pipe", Kind::processes}, [=] { return by_pipe(look_away); });
  run.add({"SimpleQueue", Kind::processes},
          [=] { return by_queue<SimpleQueue>(look_away, [](SimpleQueue queue) { put_all(queue), kill_myself(); }); });
  run.add({"Queue", Kind::processes, 1, true},
          [=] { return by_queue<Queue>(look_away, [](Queue queue) { put_all(queue), kill_myself(); }); });
  run.add({"Queue, joined first", Kind::processes}, [=] {
    return by_queue<Queue>(look_away,
                           [](Queue queue) { put_all(queue), queue.close(), queue.join_thread(), kill_myself(); });
  });
  run.add({"Queue, ends normally", Kind::processes}, [=] { return by_queue<Queue>(look_away, put_all<Queue>); });
  return run.report();
}
