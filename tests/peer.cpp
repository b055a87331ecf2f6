// peer: the course's own figures, in the protocol that compares libraries in one run:
//   peer --list            one line a benchmark: CASE VARIANT QUICK_N FULL_N
//   peer CASE VARIANT N    runs it once, checks the work, prints one line of JSON
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <numeric>
#include <string_view>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
#include "02_pipe_queue/queue.hpp"
#include "03_lock_value/barrier.hpp"
#include "03_lock_value/shared_queue.hpp"
#include "03_lock_value/value.hpp"
#include "04_manager/manager.hpp"
#include "05_pool/pool.hpp"
#include "06_executor/process_pool.hpp"
#include "06_executor/thread_pool.hpp"
#include "common/chains.hpp"
#include "common/workloads.hpp"

/// A message of 64 bytes.
struct Numbered {
  std::array<std::uint64_t, 8> words{};
};
template <>
inline constexpr auto mp::fields<Numbered> = std::tuple{&Numbered::words};

namespace {

struct Result {
  double seconds;
  double operations;
  bool latency;  ///< tell the time of one, not how many a second
  std::string more = "";
};

struct Benchmark {
  std::string_view of, variant;
  long quick, full;
  std::function<Result(long)> run;
};

void expect(bool good, const char* what) {
  if (good) return;
  fmt::print(stderr, "the work is wrong: {}\n", what);
  std::exit(4);
}

void leave() { std::exit(42); }

template <class Start>
Result start_join(Start start, long n) {
  const auto begin = mp::Clock::now();
  for (long i = 0; i < n; ++i) {
    mp::Process process{start, mp::fn<leave>};
    process.start();
    process.join();
    expect(process.exitcode() == 42, "the child's exit code");
  }
  return {mp::seconds_since(begin), static_cast<double>(n), true};
}

/// Two processes, each with every other of the tasks.
template <class Work>
double by_two_processes(Work work) {
  const auto begin = mp::Clock::now();
  std::vector<mp::Process> processes;
  for (int first = 0; first < 2; ++first) processes.emplace_back(work, first);
  for (auto& process : processes) process.start();
  for (auto& process : processes) process.join();
  return mp::seconds_since(begin);
}

Result chains(long rounds, bool serial) {
  const mp::Digests digests{mp::chain_count};
  const auto work = [&](int first, int step) {
    for (int i = first; i < mp::chain_count; i += step) mp::chain(i, rounds, digests);
  };
  const auto begin = mp::Clock::now();
  if (serial) work(0, 1);
  const double seconds = serial ? mp::seconds_since(begin) : by_two_processes([&](int first) { work(first, 2); });
  return {seconds, static_cast<double>(mp::chain_count * rounds), false,
          fmt::format(",\"check\":\"{}\"", mp::answer(digests).substr(0, 16))};
}

Result sums(long additions) {
  constexpr std::size_t tasks = 8;
  const mp::RawArray<std::uint64_t> results{tasks};
  const double seconds = by_two_processes([&](int first) {
    for (auto i = static_cast<std::size_t>(first); i < tasks; i += 2) results[i] = mp::sum_below(additions);
  });
  const auto n = static_cast<std::uint64_t>(additions);
  for (const auto sum : results) expect(sum == n * (n - 1) / 2, "a sum");
  return {seconds, static_cast<double>(tasks) * static_cast<double>(additions), false};
}

// ---- 02: pipes and queues ----

Result ping_pong(long n) {
  auto [ours, theirs] = mp::pipe();
  mp::Process echo{[](mp::Connection link, long times) {
                     for (; times > 0; --times) link.send_bytes(link.recv_bytes());
                   },
                   std::move(theirs), n + 100};
  echo.start();
  std::vector<std::byte> payload(64);
  const auto once = [&, &link = ours](long i) {
    std::memcpy(payload.data(), &i, sizeof i);
    link.send_bytes(payload);
    expect(link.recv_bytes() == payload, "an echo");
  };
  for (long i = 0; i < 100; ++i) once(i);
  const auto begin = mp::Clock::now();
  for (long i = 0; i < n; ++i) once(i);
  return {mp::seconds_since(begin), static_cast<double>(n), true};
}

Result megabytes(long n) {
  auto [reader, writer] = mp::one_way_pipe();
  constexpr std::size_t size = 1 << 20;
  mp::Process sender{[](mp::Connection link, long times) {
                       std::vector<std::byte> payload(size);
                       for (long i = 0; i < times; ++i) {
                         payload.front() = payload.back() = static_cast<std::byte>(i);
                         link.send_bytes(payload);
                       }
                     },
                     std::move(writer), n + 1};
  sender.start();
  const auto receive = [&, &link = reader](long i) {
    const auto bytes = link.recv_bytes();
    expect(bytes.size() == size && bytes.front() == static_cast<std::byte>(i) && bytes.back() == bytes.front(),
           "1 MiB");
  };
  receive(0);
  const auto begin = mp::Clock::now();
  for (long i = 1; i <= n; ++i) receive(i);
  return {mp::seconds_since(begin), static_cast<double>(n) * size / 1e6, false};
}

/// `pairs` processes put, as many get; from the first put to the last get.
template <class Queue>
Result through_queue(long n, int pairs, Queue queue = Queue{}) {
  struct Slot {
    std::int64_t start, finish;
    std::uint64_t sum;
  };
  const long each = n / pairs;
  const mp::RawArray<Slot> slots{static_cast<std::size_t>(2 * pairs)};
  const mp::RawArray<std::atomic<int>> ready{2};
  const auto now = [] { return std::chrono::nanoseconds{mp::Clock::now().time_since_epoch()}.count(); };
  std::vector<mp::Process> processes;
  for (int p = 0; p < 2 * pairs; ++p)
    processes.emplace_back([=]() mutable {
      ++ready[0];
      while (ready[1] == 0) ::usleep(100);
      slots[p].start = now();
      for (long i = 0; i < each; ++i)
        if (p < pairs)
          queue.put(Numbered{{static_cast<std::uint64_t>(i)}});
        else
          slots[p].sum += queue.get().words[0];
      slots[p].finish = now();
    });
  for (auto& process : processes) process.start();
  while (ready[0] < 2 * pairs) ::usleep(100);
  ::usleep(20'000);
  ready[1] = 1;
  for (auto& process : processes) process.join();
  Slot all = slots[0];
  std::uint64_t sum = 0;
  for (const Slot& slot : slots) {
    all.start = std::min(all.start, slot.start);
    all.finish = std::max(all.finish, slot.finish);
    sum += slot.sum;
  }
  const auto last = static_cast<std::uint64_t>(each);
  expect(sum == static_cast<std::uint64_t>(pairs) * (last * (last - 1) / 2), "the sum of all numbers");
  return {1e-9 * static_cast<double>(all.finish - all.start), static_cast<double>(each * pairs), false};
}

// ---- 03: locks and values ----

/// Two processes count under a lock, each its own number or both the same.
Result under_lock(long n, bool contended) {
  const mp::Value<long> first, second;
  const mp::Value<long>* counters[] = {&first, contended ? &first : &second};
  mp::Barrier start{3};
  std::vector<mp::Process> processes;
  for (const auto* counter : counters)
    processes.emplace_back([&start, counter, n] {
      start.wait();
      for (long i = 0; i < n / 2; ++i) counter->update([](long& value) { ++value; });
    });
  for (auto& process : processes) process.start();
  start.wait();
  const auto begin = mp::Clock::now();
  for (auto& process : processes) process.join();
  const double seconds = mp::seconds_since(begin);
  expect(first.load() + second.load() == n / 2 * 2, "the counts");
  return {seconds, static_cast<double>(n / 2 * 2), false};
}

Result through_ring(long n, int pairs) { return through_queue(n, pairs, mp::SharedQueue<Numbered>{1024}); }

// ---- 04: the manager ----

/// A dict of 1,000 keys with values of 64 bytes, set or asked for.
Result served_dict(long n, bool setting) {
  const mp::Manager manager;
  const auto dict = manager.make_dict<std::string, std::string>();
  const auto key = [](long i) { return fmt::format("k{}", i % 1000); };
  const auto value = [](long i) { return fmt::format("{:.<64}", i); };
  std::vector<std::pair<std::string, std::string>> all;
  for (long i = 0; i < std::max(n, 1000L); ++i) all.emplace_back(key(i), value(setting ? i : i % 1000));
  for (std::size_t i = 0; i < 1000; ++i) dict.set(all[i].first, all[i].second);
  const auto begin = mp::Clock::now();
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
    setting ? dict.set(all[i].first, all[i].second) : expect(dict.get(all[i].first) == all[i].second, "a value");
  const double seconds = mp::seconds_since(begin);
  expect(dict.size() == 1000 && (!setting || dict.get(key(n - 1)) == value(n - 1)), "what is in the dict");
  return {seconds, static_cast<double>(n), false};
}

// ---- 05: the pool ----

long squared(long x) { return x * x; }

/// Maps of 100,000 numbers, in a pool that has started.
Result pool_map(long n, std::optional<long> chunksize) {
  mp::Pool pool{2};
  std::vector<long> numbers(100'000);
  std::iota(numbers.begin(), numbers.end(), 0);
  (void)pool.map(mp::fn<squared>, numbers);
  const auto begin = mp::Clock::now();
  for (long i = 0; i < n; i += std::ssize(numbers)) {
    const auto squares = pool.map(mp::fn<squared>, numbers, {.chunksize = chunksize});
    for (const long x : numbers) expect(squares[static_cast<std::size_t>(x)] == x * x, "a square");
  }
  const double seconds = mp::seconds_since(begin);
  return {seconds, static_cast<double>((n + 99'999) / 100'000 * 100'000), false};
}

/// One call and back.
Result pool_apply(long n) {
  mp::Pool pool{2};
  (void)pool.apply(mp::fn<squared>, 1L);
  const auto begin = mp::Clock::now();
  for (long i = 0; i < n; ++i) expect(pool.apply(mp::fn<squared>, i) == i * i, "a square");
  return {mp::seconds_since(begin), static_cast<double>(n), true};
}

// ---- 06: the executor ----

/// One task, and its result, before the next.
template <class Executor>
Result one_at_a_time(long n) {
  Executor executor{2};
  executor.submit(mp::fn<squared>, 1L).result();
  const auto begin = mp::Clock::now();
  for (long i = 0; i < n; ++i) expect(executor.submit(mp::fn<squared>, i).result() == i * i, "a square");
  return {mp::seconds_since(begin), static_cast<double>(n), true};
}

/// All submitted before the first result is taken.
template <class Executor>
Result in_flight(long n, auto&&... options) {
  Executor executor{2, std::move(options)...};
  executor.submit(mp::fn<squared>, 1L).result();
  std::vector<mp::Future<long>> futures;
  const auto begin = mp::Clock::now();
  for (long i = 0; i < n; ++i) futures.push_back(executor.submit(mp::fn<squared>, i));
  for (long i = 0; i < n; ++i) expect(futures[static_cast<std::size_t>(i)].result() == i * i, "a square");
  return {mp::seconds_since(begin), static_cast<double>(n), false};
}

const std::vector<Benchmark> benchmarks{
    {"start_join", "fork", 300, 3000, [](long n) { return start_join(mp::start::fork, n); }},
    {"start_join", "spawn", 100, 1000, [](long n) { return start_join(mp::start::spawn, n); }},
    {"sum_2procs", "Process", 5'000'000, 50'000'000, sums},
    {"sha_serial", "loop", 10'000, 200'000, [](long n) { return chains(n, true); }},
    {"sha_2procs", "Process", 10'000, 200'000, [](long n) { return chains(n, false); }},
    {"pingpong_64", "Pipe", 3'000, 20'000, ping_pong},
    {"pipe_1mib", "Pipe", 300, 1'500, megabytes},
    {"queue_1to1", "Queue", 50'000, 500'000, [](long n) { return through_queue<mp::Queue<Numbered>>(n, 1); }},
    {"queue_1to1", "SimpleQueue", 50'000, 500'000,
     [](long n) { return through_queue<mp::SimpleQueue<Numbered>>(n, 1); }},
    {"queue_2to2", "Queue", 50'000, 500'000, [](long n) { return through_queue<mp::Queue<Numbered>>(n, 2); }},
    {"queue_2to2", "SimpleQueue", 50'000, 500'000,
     [](long n) { return through_queue<mp::SimpleQueue<Numbered>>(n, 2); }},
    {"queue_1to1", "SharedQueue", 500'000, 5'000'000, [](long n) { return through_ring(n, 1); }},
    {"queue_2to2", "SharedQueue", 500'000, 5'000'000, [](long n) { return through_ring(n, 2); }},
    {"lock_uncontended", "Value", 1'000'000, 10'000'000, [](long n) { return under_lock(n, false); }},
    {"lock_contended", "Value", 500'000, 5'000'000, [](long n) { return under_lock(n, true); }},
    {"dict_set", "Manager", 20'000, 200'000, [](long n) { return served_dict(n, true); }},
    {"dict_get", "Manager", 20'000, 200'000, [](long n) { return served_dict(n, false); }},
    {"map_c1", "Pool", 100'000, 200'000, [](long n) { return pool_map(n, 1); }},
    {"map_default", "Pool", 1'000'000, 10'000'000, [](long n) { return pool_map(n, {}); }},
    {"map_c1000", "Pool", 1'000'000, 10'000'000, [](long n) { return pool_map(n, 1000); }},
    {"submit_roundtrip", "Pool", 2'000, 20'000, pool_apply},
    {"exec_latency", "Executor", 2'000, 20'000, [](long n) { return one_at_a_time<mp::ProcessPoolExecutor>(n); }},
    {"exec_latency_threads", "Executor", 2'000, 20'000,
     [](long n) { return one_at_a_time<mp::ThreadPoolExecutor>(n); }},
    {"exec_inflight", "Executor", 20'000, 20'000, [](long n) { return in_flight<mp::ProcessPoolExecutor>(n); }},
    {"exec_inflight", "Executor32", 20'000, 20'000,
     [](long n) { return in_flight<mp::ProcessPoolExecutor>(n, mp::ProcessPoolOptions{.at_once = 32}); }},
    {"exec_inflight_threads", "Executor", 20'000, 20'000, [](long n) { return in_flight<mp::ThreadPoolExecutor>(n); }},
};

}  // namespace

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  if (argc == 2 && std::string_view{argv[1]} == "--list") {
    for (const auto& b : benchmarks) fmt::print("{} {} {} {}\n", b.of, b.variant, b.quick, b.full);
    return 0;
  }
  if (argc == 4)
    for (const auto& b : benchmarks)
      if (b.of == argv[1] && b.variant == argv[2]) {
        const Result r = b.run(std::atol(argv[3]));
        fmt::print("{{\"peer\":\"forklore/{}\",\"case\":\"{}\",\"n\":{:.0f},\"seconds\":{:.9f},\"{}\":{:.1f}{}}}\n",
                   b.variant, b.of, r.operations, r.seconds, r.latency ? "per_op_ns" : "per_sec",
                   r.latency ? r.seconds / r.operations * 1e9 : r.operations / r.seconds, r.more);
        return 0;
      }
  fmt::print(stderr, "usage: {} --list | CASE VARIANT N\n", argv[0]);
  return 2;
}
