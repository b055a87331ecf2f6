// What a worker has been given can be cancelled no more. So it is given little:
// the task that it does, and one that it finds when it is done.
#include <cstdio>

#include "06_executor/process_pool.hpp"

int slow(int x) {
  ::usleep(200'000);
  return x;
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  for (const long at_once : {2L, 32L}) {
    mp::ProcessPoolExecutor executor{2, {.at_once = at_once}};  // new
    std::vector<mp::Future<int>> futures;
    for (int i = 0; i < 9; ++i)
      futures.push_back(executor.submit(mp::fn<slow>, i));
    while (!futures[at_once == 2 ? 3 : 8].running()) ::usleep(1000);
    int cancelled = 0;
    for (const auto& future : futures)
      cancelled += future.cancel() ? 1 : 0;  // new
    std::printf("at most %ld at once: %d of 9 could be cancelled\n", at_once,
                cancelled);
  }
}
