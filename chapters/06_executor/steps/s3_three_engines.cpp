// One function that needs an Executor, whichever: this thread, threads,
// processes.
#include <cstdio>

#include "06_executor/process_pool.hpp"
#include "06_executor/thread_pool.hpp"

int square(int x) { return x * x; }
int pid() { return ::getpid(); }

void use(mp::Executor& executor) {                              // new
  mp::Future<int> future = executor.submit(mp::fn<square>, 7);  // new
  const bool here = executor.submit(mp::fn<pid>).result() == ::getpid();
  std::printf("%d, in %s process;", future.result(), here ? "this" : "another");
  for (const int x : executor.map(mp::fn<square>, std::views::iota(0, 5)))
    std::printf(" %d", x);  // new
  std::printf("\n");
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::SerialExecutor serial;
  mp::ProcessPoolExecutor processes{2};  // forked with its first task: so let
  mp::ThreadPoolExecutor threads{2};     // threads begin after that
  use(serial);
  use(processes);
  use(threads);
}
