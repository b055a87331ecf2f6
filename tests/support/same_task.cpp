#include <cstdio>

#include "common/pickle/task.hpp"

static int work() { return 2; }
mp::Message first();

int main() {
  std::puts("main was reached");
  return first().bytes.size() == mp::pack(mp::fn<work>).bytes.size() ? 0 : 1;
}
