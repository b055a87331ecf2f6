// What a message costs: there and back again by Pipe, SimpleQueue and Queue; one way, many in a row; and its pickling.
#include <benchmark/benchmark.h>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
#include "02_pipe_queue/queue.hpp"

namespace {

using Payload = std::string;

void pickle_and_back(benchmark::State& state) {
  const Payload payload(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(mp::unpickled<Payload>(mp::pickled(payload)));
}

void pipe_there_and_back(benchmark::State& state) {
  auto [ours, theirs] = mp::pipe();
  mp::Process echo{{.daemon = true},
                   [](mp::Connection link) {
                     for (;;) link.send_bytes(link.recv_bytes());
                   },
                   std::move(theirs)};
  echo.start();
  const std::vector<std::byte> payload(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    ours.send_bytes(payload);
    benchmark::DoNotOptimize(ours.recv_bytes());
  }
}

template <class Queue>
void queue_there_and_back(benchmark::State& state) {
  Queue there, back;
  mp::Process echo{{.daemon = true}, [=]() mutable {
                     for (;;) back.put(there.get());
                   }};
  echo.start();
  const Payload payload(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    there.put(payload);
    benchmark::DoNotOptimize(back.get());
  }
}

/// One way, a thousand in a row: an iteration is a thousand values put here and taken there.
template <class Queue>
void queue_one_way(benchmark::State& state) {
  constexpr int in_a_row = 1000;
  Queue there;
  mp::SimpleQueue<int> done;
  mp::Process taker{{.daemon = true}, [=]() mutable {
                      for (;; done.put(0))
                        for (int i = 0; i < in_a_row; ++i) (void)there.get();
                    }};
  taker.start();
  const Payload payload(64, 'x');
  for (auto _ : state) {
    for (int i = 0; i < in_a_row; ++i) there.put(payload);
    done.get();
  }
  state.SetItemsProcessed(in_a_row * state.iterations());
}

BENCHMARK(pickle_and_back)->Arg(64)->Arg(65536)->UseRealTime();
BENCHMARK(pipe_there_and_back)->Arg(64)->Arg(65536)->Arg(1 << 20)->UseRealTime();
BENCHMARK(queue_there_and_back<mp::SimpleQueue<Payload>>)->Arg(64)->Arg(65536)->UseRealTime();
BENCHMARK(queue_there_and_back<mp::Queue<Payload>>)->Arg(64)->Arg(65536)->UseRealTime();
BENCHMARK(queue_one_way<mp::SimpleQueue<Payload>>)->UseRealTime();
BENCHMARK(queue_one_way<mp::Queue<Payload>>)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
