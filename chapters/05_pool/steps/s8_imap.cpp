// imap gives the results as they come, and reads its input as it goes: an endless
// range will do. Python reads all of the input first, and would never come back.
#include <cstdio>

#include "05_pool/pool.hpp"

long square(long x) { return x * x; }

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::Pool pool{2};
  long read = 0;
  auto numbers = std::views::iota(0L) | std::views::transform([&](long x) { return ++read, x; });
  for (const long x : pool.imap(mp::fn<square>, numbers, {.lookahead = 10})) {  // new
    if (x > 2000) break;
    std::printf("%ld ", x);
  }
  std::printf("\n%s\n", read < 100 ? "fewer than 100 numbers were read" : "too many numbers were read");
}
