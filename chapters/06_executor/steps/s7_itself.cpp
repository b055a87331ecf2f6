// A task that waits for another task of its own pool. With a thread to spare
// that goes well; with none it would wait for ever, and is told so. In Python
// it hangs.
#include <cstdio>

#include "06_executor/thread_pool.hpp"

int main() {
  for (const int workers : {2, 1}) {
    mp::ThreadPoolExecutor executor{workers};
    const auto outer = executor.submit([&executor] {          // new
      return 1 + executor.submit([] { return 1; }).result();  // new
    });
    try {
      std::printf("%d threads: %d\n", workers, outer.result());
    } catch (const mp::WouldDeadlock& error) {  // new
      std::printf("%d thread: %s\n", workers, error.what());
    }
  }
}
