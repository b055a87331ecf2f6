// A worker that dies breaks the pool, and every future says so, in Python as
// here. Or it is replaced, and only what it did is lost.
#include <csignal>
#include <cstdio>

#include "06_executor/process_pool.hpp"

int poison(int x) { return x == 3 ? ::raise(SIGKILL) : x; }

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  for (const bool repair : {false, true}) {
    mp::ProcessPoolExecutor executor{2, {.repair = repair}};  // new
    std::vector<mp::Future<int>> futures;
    for (int i = 0; i < 9; ++i)
      futures.push_back(executor.submit(mp::fn<poison>, i));
    int good = 0, lost = 0, broken = 0;
    for (const auto& future : futures) try {
        future.result();
        ++good;
      } catch (const mp::WorkerDied&) {
        ++lost;
      } catch (const mp::BrokenProcessPool&) {  // new
        ++broken;
      }
    std::printf("%s: %d results, %d lost, %d broken\n",
                repair ? "repaired" : "not repaired", good, lost, broken);
  }
}
