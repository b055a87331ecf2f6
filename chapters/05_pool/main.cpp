// Factorials of big numbers, by GMP. Each is a task of its own length: the last takes several times as long as the
// first. How they are cut into chunks decides who waits for whom.
#include <fmt/format.h>
#include <gmp.h>

#include <numeric>
#include <thread>

#include "05_pool/pool.hpp"
#include "common/chains.hpp"
#include "common/side_by_side/side_by_side.hpp"

/// The SHA-512 of n! in hex: 100,000! has 456,574 decimal digits, and Python refuses to print more than 4,300 of them.
std::string factorial(int i, long n) {
  const mp::Span span{i};
  mpz_t product;
  mpz_init(product);
  mpz_fac_ui(product, static_cast<unsigned long>(n));
  const std::unique_ptr<char, void (*)(void*)> digits{mpz_get_str(nullptr, 16, product), std::free};
  mpz_clear(product);
  return mp::chain_links(digits.get(), 1);
}

using Numbers = std::vector<long>;
using Digests = std::vector<std::string>;

std::string answer(const Digests& digests) {
  return mp::chain_links(std::accumulate(digests.begin(), digests.end(), std::string{}), 1).substr(0, 12);
}
std::string serial(const Numbers& numbers) {
  Digests digests;
  for (int i = 0; const long n : numbers) digests.push_back(factorial(i++, n));
  return answer(digests);
}
std::string by_threads(const Numbers& numbers, int workers) {
  Digests digests(numbers.size());
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (int w = 0; w < workers; ++w)
      threads.emplace_back([&] {
        for (auto i = next++; i < numbers.size(); i = next++) digests[i] = factorial(static_cast<int>(i), numbers[i]);
      });
  }
  return answer(digests);
}
std::string by_pool(const Numbers& numbers, int workers, mp::MapOptions options) {
  mp::Pool pool{workers};
  return answer(pool.map(mp::fn<factorial>, std::views::iota(0), numbers, options));
}

int main(int argc, char** argv) {
  using mp::Kind;
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "05_pool", "main"};
  const int workers = run.workers();
  const long first = run.scaled(60'000, 100'000), step = run.scaled(15'000, 25'000);
  Numbers numbers;
  for (long n = first; std::ssize(numbers) < 17; n += step) numbers.push_back(n);
  run.workload(fmt::format("{} factorials, of {} to {}", numbers.size(), first, numbers.back()));
  run.add({"serial", Kind::serial}, [&] { return serial(numbers); });
  run.add({fmt::format("{} threads", workers), Kind::threads, workers}, [&] { return by_threads(numbers, workers); });
  const auto add = [&](const char* name, mp::MapOptions options) {
    run.add({name, Kind::processes, workers}, [=, &numbers] { return by_pool(numbers, workers, options); });
  };
  add("pool, chunksize 1", {.chunksize = 1});
  add("pool, default", {});
  add("pool, chunksize 9", {.chunksize = 9});
  return run.report();
}
