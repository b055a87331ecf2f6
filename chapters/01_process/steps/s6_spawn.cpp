// The same call in a fresh run of the program: nothing is copied, so all that
// it needs must travel.
#include "01_process/process.hpp"

#include <cstdio>

#include "common/raw_array.hpp"  // new

int counter = 0;

void add(int n, mp::RawArray<int> sum) {  // new
  counter += n;
  sum[0] += n;
  std::printf("%s: counter %d, sum %d\n", mp::current_process().name.c_str(),
              counter, sum[0]);
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);      // new: the spawned child turns off here
  const mp::RawArray<int> sum{1};  // new: shared, both kinds of child reach it
  counter = 100;
  // new: one has a copy of counter, with its 100; the other its own, at 0
  mp::Process forked{mp::fn<add>, 1, sum};
  mp::Process spawned{mp::start::spawn, mp::fn<add>, 2, sum};
  for (auto* process : {&forked, &spawned}) {
    process->start();
    process->join();
  }
  std::printf("here: counter %d, sum %d\n", counter, sum[0]);
}
