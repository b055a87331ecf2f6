// What a lock costs: taken in peace and fought over; what it is made of; and what waking somebody costs.
#include <benchmark/benchmark.h>

#include <mutex>

#include "01_process/process.hpp"
#include "03_lock_value/barrier.hpp"
#include "03_lock_value/event.hpp"
#include "03_lock_value/semaphore.hpp"
#include "03_lock_value/shared_queue.hpp"
#include "03_lock_value/value.hpp"

namespace {

template <class Mutex>
void lock_and_unlock(benchmark::State& state) {
  Mutex mutex;
  for (auto _ : state) {
    mutex.lock();
    mutex.unlock();
  }
}

void semaphore_there_and_back(benchmark::State& state) {
  mp::Semaphore semaphore{1};
  for (auto _ : state) {
    semaphore.acquire();
    semaphore.release();
  }
}

void value_update(benchmark::State& state) {
  const mp::Value<long> value;
  for (auto _ : state) value.update([](long& n) { ++n; });
}

void atomic_increment(benchmark::State& state) {
  const mp::RawArray<std::atomic<long>> value{1};
  for (auto _ : state) ++value[0];
}

/// Beside another process that does the same all the time.
void value_update_contended(benchmark::State& state) {
  const mp::Value<long> value;
  mp::Process other{{.daemon = true}, [=] {
                      for (;;) value.update([](long& n) { ++n; });
                    }};
  other.start();
  for (auto _ : state) value.update([](long& n) { ++n; });
  other.kill();
}

/// Two processes wake each other in turn.
void event_there_and_back(benchmark::State& state) {
  mp::Event there, back;
  mp::Process echo{{.daemon = true}, [=]() mutable {
                     for (;;) {
                       there.wait();
                       there.clear();
                       back.set();
                     }
                   }};
  echo.start();
  for (auto _ : state) {
    there.set();
    back.wait();
    back.clear();
  }
}

void barrier_of_two(benchmark::State& state) {
  mp::Barrier barrier{2};
  mp::Process other{{.daemon = true}, [=]() mutable {
                      for (;;) barrier.wait();
                    }};
  other.start();
  for (auto _ : state) barrier.wait();
}

void shared_queue_there_and_back(benchmark::State& state) {
  mp::SharedQueue<long> there{16}, back{16};
  mp::Process echo{{.daemon = true}, [=]() mutable {
                     for (;;) back.put(there.get());
                   }};
  echo.start();
  for (auto _ : state) {
    there.put(1);
    benchmark::DoNotOptimize(back.get());
  }
}

/// An iteration is a value put here and taken there.
void shared_queue_one_way(benchmark::State& state) {
  mp::SharedQueue<long> there{1024};
  mp::Process taker{{.daemon = true}, [=]() mutable {
                      for (;;) there.get();
                    }};
  taker.start();
  for (auto _ : state) there.put(1);
}

BENCHMARK(atomic_increment);
BENCHMARK(lock_and_unlock<std::mutex>);
BENCHMARK(lock_and_unlock<mp::Lock>);
BENCHMARK(lock_and_unlock<mp::RLock>);
BENCHMARK(semaphore_there_and_back);
BENCHMARK(value_update);
BENCHMARK(value_update_contended)->UseRealTime();
BENCHMARK(event_there_and_back)->UseRealTime();
BENCHMARK(barrier_of_two)->UseRealTime();
BENCHMARK(shared_queue_there_and_back)->UseRealTime();
BENCHMARK(shared_queue_one_way)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
