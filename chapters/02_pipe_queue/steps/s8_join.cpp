// Join before get: the child waits for its feeder, the feeder for a reader,
// and the reader for the child.
#include "02_pipe_queue/queue.hpp"

#include <cstdio>
#include <string>

#include "01_process/process.hpp"

using namespace std::chrono_literals;

void work(mp::Queue<std::string> results) {
  for (int i = 0; i < 1000; ++i) results.put("a long result");  // new
}

int main() {
  mp::Queue<std::string> results;
  mp::Process worker{work, results};
  worker.start();
  if (!worker.try_join_for(3s)) std::printf("it has not ended\n");  // new
  for (int i = 0; i < 1000; ++i) results.get();
  worker.join();
  std::printf("all taken, and it has: %s\n", worker.status().text().c_str());
}
