// The holder of such a mutex is killed. Nobody will ever unlock it.
#include <csignal>
#include <cstdio>

#include "01_process/process.hpp"
#include "common/futex.hpp"
#include "common/raw_array.hpp"

using namespace std::chrono_literals;

struct Mutex {
  bool try_lock_for(mp::Seconds limit) {  // new
    const mp::Deadline deadline{limit};
    for (int seen = 0; !state.compare_exchange(seen, 1); seen = 0) {
      if (deadline.passed()) return false;
      state.wait(1, deadline);
    }
    return true;
  }
  mp::Futex state;
};

void die_with(mp::RawArray<Mutex> mutex) {
  mutex[0].try_lock_for(1s);
  std::raise(SIGKILL);  // new
}

int main() {
  const mp::RawArray<Mutex> mutex{1};
  mp::Process holder{die_with, mutex};
  holder.start();
  holder.join();
  std::printf("the holder was %s\n", holder.status().text().c_str());
  if (!mutex[0].try_lock_for(500ms))
    std::printf("the mutex is held, by nobody, for ever\n");
}
