// A client is killed. What it put is there, and its lock tells the next one.
#include "04_manager/manager.hpp"

#include <csignal>
#include <cstdio>

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  const mp::Manager manager;
  const auto lock = manager.make_lock();
  const auto queue = manager.make_queue<int>();

  mp::Process client{[=] {
    lock.lock();
    queue.put(1);         // no feeder: it is in the server when put returns
    std::raise(SIGKILL);  // new
  }};
  client.start();
  client.join();
  std::printf("what it put last: %d\n", queue.get());
  try {
    lock.lock();
  } catch (const mp::OwnerDied& error) {  // new
    std::printf("%s\n", error.what());
    lock.recover([] { std::printf("mended\n"); });
  }
  const std::scoped_lock held{lock};
  std::printf("and now it is ours\n");
}
