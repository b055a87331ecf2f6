// All of that as a class; and now values travel, not just text.
#include "02_pipe_queue/connection.hpp"  // new

#include <cstdio>

#include "01_process/process.hpp"

using Number = std::optional<int>;  // new: nothing means "that was all"

void add(mp::Connection link) {  // new
  int sum = 0;
  while (const auto number = link.recv<Number>()) sum += *number;
  link.send(sum);
}

int main() {
  auto [ours, theirs] = mp::pipe();  // new: both ends can do both
  mp::Process adder{add, std::move(theirs)};
  adder.start();  // new: from here on we have no copy of its end
  for (int i = 0; i < 5; ++i) ours.send(Number{i});
  ours.send(Number{});
  std::printf("0 + 1 + 2 + 3 + 4 = %d\n", ours.recv<int>());
  try {
    ours.recv<int>();
  } catch (const mp::EndOfFile& end) {  // new
    std::printf("%s\n", end.what());
  }
}
