// The only worker is killed in the middle of a call. Its task fails, and says why;
// another takes its place, and makes the other calls. In Python get() never returns.
#include <csignal>
#include <cstdio>

#include "05_pool/pool.hpp"

int dangerous(int x) {
  if (x == 3) ::raise(SIGKILL);  // as the kernel does where memory is short
  return x * x;
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::Pool pool{1};
  std::vector<mp::AsyncResult<int>> results;  // new
  for (int x = 0; x < 6; ++x) results.push_back(pool.apply_async(mp::fn<dangerous>, x));
  for (const auto& result : results) try {
      std::printf("%d\n", result.get());
    } catch (const mp::WorkerDied& error) {  // new
      std::printf("%s\n", error.what());
    }
}
