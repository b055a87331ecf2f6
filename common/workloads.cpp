#include "common/workloads.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace mp {

std::uint64_t sum_below(long n) {
  std::uint64_t sum = 0;
  for (long i = 0; i < n; ++i) {
    sum += static_cast<std::uint64_t>(i);
    asm volatile("" : "+r"(sum));  // the sum might have changed here, as far as the compiler knows
  }
  return sum;
}

void crash() {
  std::signal(SIGSEGV, SIG_DFL);
  std::raise(SIGSEGV);
  std::abort();
}

void never_end() {
  for (;;) ::pause();
}

}  // namespace mp
