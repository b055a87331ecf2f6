// How a pool ends. Leaving its scope terminates it, as `with` does in Python: what
// is not done then fails. close and join finish the work first.
#include <cstdio>

#include "05_pool/pool.hpp"

int slow(int x) {
  ::usleep(200'000);
  return x;
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  std::optional<mp::AsyncResult<int>> left, done;
  {
    mp::Pool pool{1};
    left = pool.apply_async(mp::fn<slow>, 1);
  }
  try {
    left->get();
  } catch (const mp::PoolTerminated& error) {  // new
    std::printf("%s\n", error.what());
  }
  mp::Pool pool{1};
  done = pool.apply_async({.callback = [](int x) { std::printf("called back with %d\n", x); }}, mp::fn<slow>, 2);
  pool.close();  // new
  pool.join();   // new
  std::printf("%d\n", done->get());
}
