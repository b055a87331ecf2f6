// One pipe, many readers and many writers: a SimpleQueue. Each message is one
// packet, so nobody ever gets half of one.
#include "02_pipe_queue/queue.hpp"  // new

#include <cstdio>
#include <vector>

#include "01_process/process.hpp"

using Number = std::optional<int>;
using Numbers = mp::SimpleQueue<Number>;  // new
using Sums = mp::SimpleQueue<int>;        // new

void add(Numbers numbers, Sums sums) {
  int sum = 0;
  while (const Number number = numbers.get()) sum += *number;  // new
  sums.put(sum);                                               // new
}

int main() {
  Numbers numbers;  // new: every process has both ends
  Sums sums;
  std::vector<mp::Process> adders;  // new
  for (int i = 0; i < 3; ++i) adders.emplace_back(add, numbers, sums).start();
  for (int i = 0; i < 100; ++i) numbers.put(i);
  for (int i = 0; i < 3; ++i) numbers.put(std::nullopt);  // new: one for each
  int total = 0;
  for (int i = 0; i < 3; ++i) {
    const int sum = sums.get();
    std::printf("one of three added %d\n", sum);
    total += sum;
  }
  std::printf("together %d\n", total);
}
