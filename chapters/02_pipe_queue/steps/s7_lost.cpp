// What no queue can save: what a process had just taken when it was killed;
// and, of a bounded queue, the slot that it had not given back.
#include "02_pipe_queue/queue.hpp"

#include <csignal>
#include <cstdio>

#include "01_process/process.hpp"
#include "common/point.hpp"  // new

using namespace std::chrono_literals;

void take(mp::Queue<int> queue) {
  const std::function die = [](std::string_view point) {  // new
    if (point.starts_with("queue: taken")) std::raise(SIGKILL);
  };
  mp::at_point = &die;  // new: the rare moment, every time
  queue.get();
}

int main() {
  mp::Queue<int> queue{2};  // new: at most two under way
  mp::Process taker{take, queue};
  taker.start();
  queue.put(1);
  queue.put(2);
  taker.join();
  std::printf("the taker was %s\n", taker.status().text().c_str());
  std::printf("the next one gets %d\n", queue.get());
  std::printf("the queue is empty, and counts %d\n", queue.size_hint());
  std::printf("one fits: %s, ", queue.try_put(3) ? "yes" : "no");
  std::printf("a second one: %s, and never again\n",
              queue.try_put_for(4, 100ms) ? "yes" : "no");
}
