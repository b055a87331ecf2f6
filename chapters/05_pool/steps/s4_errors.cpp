// What a call throws comes out of the map as what it was. All chunks are done by
// then; only the rest of the chunk that threw has not been called.
#include <cstdio>

#include "05_pool/pool.hpp"

int checked(int x) {
  if (x == 4) throw std::out_of_range{"four is too many"};  // new
  std::printf("called with %d\n", x);
  std::fflush(stdout);
  return x;
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::Pool pool{1};
  try {
    pool.map(mp::fn<checked>, std::views::iota(0, 9), {.chunksize = 3});
  } catch (const std::out_of_range& error) {                       // new
    const auto* remote = dynamic_cast<const mp::Remote*>(&error);  // what comes from another process is one, too
    std::printf("out_of_range: %s; thrown in %s process\n", error.what(),
                remote && remote->pid != ::getpid() ? "another" : "this");
  }
}
