// Two readers of one channel: the kernel gives each message to one of them, whole.
// So the parent can take back what a worker has not begun, and knows that it has it.
#include <cstdio>

#include "01_process/process.hpp"
#include "02_pipe_queue/channel.hpp"

void work(mp::Channel tasks, mp::Channel news) {
  const int first = mp::unpickled<int>(*tasks.receive(mp::Deadline{}));
  news.send(mp::pickled(first));
  ::pause();  // a long task
}

int main() {
  const mp::Channel tasks = mp::Channel::open(), news = mp::Channel::open();
  mp::Process worker{[&] { work({tasks.reader.duplicate(), {}}, {{}, news.writer.duplicate()}); }};
  for (int task = 0; task < 4; ++task) tasks.send(mp::pickled(task));
  worker.start();
  std::printf("the worker has begun %d\n", mp::unpickled<int>(*news.receive(mp::Deadline{})));
  while (auto unread = tasks.receive(mp::Deadline{mp::Seconds{0}}))  // new
    std::printf("taken back: %d\n", mp::unpickled<int>(std::move(*unread)));
  worker.kill();
}
