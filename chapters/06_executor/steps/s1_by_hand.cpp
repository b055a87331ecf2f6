// A worker, a pipe, and a promise: somebody gets a future at once, and a thread
// fills it when the answer comes. Nobody but that thread reads the pipe.
#include <cstdio>
#include <future>
#include <thread>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

void work(mp::Connection parent) {
  for (long x; (x = parent.recv<long>()) >= 0;) parent.send(x * x);
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  auto [ours, theirs] = mp::pipe();
  mp::Process worker{work, std::move(theirs)};
  worker.start();
  std::promise<long> promise;                       // new
  std::future<long> future = promise.get_future();  // new
  ours.send(7L);
  std::thread manager{[&] { promise.set_value(ours.recv<long>()); }};  // new
  std::printf("submitted\n");
  std::printf("%ld\n", future.get());  // new
  manager.join();
  ours.send(-1L);
}
