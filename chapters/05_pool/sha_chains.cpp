// The SHA-512 chains through a pool: the work of all chapters, and the shortest program so far.
#include <fmt/format.h>

#include "05_pool/pool.hpp"
#include "common/chains.hpp"
#include "common/side_by_side/side_by_side.hpp"

std::string end_of_chain(int i, long rounds) {
  const mp::Span span{i};
  return mp::chain_links(mp::chain_seed(i), rounds);
}

std::string answer(const std::vector<std::string>& ends) {
  const mp::Digests digests{mp::chain_count};
  for (int i = 0; i < mp::chain_count; ++i) mp::keep(i, ends[static_cast<std::size_t>(i)], digests);
  return mp::answer(digests);
}
std::string serial(long rounds) {
  std::vector<std::string> ends;
  for (int i = 0; i < mp::chain_count; ++i) ends.push_back(end_of_chain(i, rounds));
  return answer(ends);
}
std::string by_pool(int n, long rounds, mp::MapOptions options) {
  mp::Pool pool{n};
  const std::vector<long> each(mp::chain_count, rounds);
  return answer(pool.map(mp::fn<end_of_chain>, std::views::iota(0), each, options));
}

int main(int argc, char** argv) {
  using mp::Kind;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "05_pool", "sha_chains"};
  const long rounds = run.scaled(30'000, 1'000'000);
  const int n = run.workers();
  run.workload(fmt::format("{} chains of {} rounds of SHA-512, through a pool", mp::chain_count, rounds));
  run.add({"serial", Kind::serial}, [=] { return serial(rounds); });
  run.add({"pool, chunksize 1", Kind::processes, n}, [=] { return by_pool(n, rounds, {.chunksize = 1}); });
  run.add({"pool, default", Kind::processes, n}, [=] { return by_pool(n, rounds, {}); });
  return run.report();
}
