// One long task and seven short ones, on two workers. The pool has handed them out
// before it can know which is long: what lies behind it goes to whoever is free.
#include <cstdio>

#include "05_pool/pool.hpp"
#include "common/clock.hpp"

int nap(int milliseconds) {
  ::usleep(static_cast<unsigned>(milliseconds) * 1000);
  return milliseconds;
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::Pool pool{2};
  const auto start = mp::Clock::now();
  std::vector<mp::AsyncResult<int>> results;
  for (const int nap_of : {1000, 1, 2, 3, 4, 5, 6, 7}) results.push_back(pool.apply_async(mp::fn<nap>, nap_of));
  for (std::size_t i = 1; i < results.size(); ++i) (void)results[i].get();
  const double short_ones = mp::seconds_since(start);  // new
  (void)results[0].get();
  std::printf("the short ones were there %s the long one: after %.0f milliseconds\n",
              short_ones < 0.9 * mp::seconds_since(start) ? "long before" : "with", short_ones * 1000);  // new
}
