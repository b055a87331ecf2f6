// What a process costs: to start and end one, by each starter, beside a thread and beside bare fork.
#include <benchmark/benchmark.h>
#include <sys/wait.h>

#include <thread>

#include "01_process/process.hpp"

namespace {

void nothing() {}

void thread(benchmark::State& state) {
  for (auto _ : state) std::jthread{nothing};
}

void bare_fork(benchmark::State& state) {
  for (auto _ : state) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    ::waitpid(pid, nullptr, 0);
  }
}

template <class Start>
void process(benchmark::State& state, Start start, mp::ProcessOptions options) {
  for (auto _ : state) {
    mp::Process child{start, options, mp::fn<nothing>};
    child.start();
    child.join();
  }
}

/// The copied memory is what fork pays for: here are some megabytes of it, touched.
void bare_fork_with_memory(benchmark::State& state) {
  const std::vector<char> memory(static_cast<std::size_t>(state.range(0)) << 20, 'x');
  bare_fork(state);
  benchmark::DoNotOptimize(memory.data());
}

BENCHMARK(thread)->UseRealTime();
BENCHMARK(bare_fork)->UseRealTime();
BENCHMARK_CAPTURE(process, by_fork, mp::start::fork, mp::ProcessOptions{})->UseRealTime();
BENCHMARK_CAPTURE(process, daemon_by_fork, mp::start::fork, mp::ProcessOptions{.daemon = true})->UseRealTime();
BENCHMARK_CAPTURE(process, by_spawn, mp::start::spawn, mp::ProcessOptions{})->UseRealTime();
BENCHMARK(bare_fork_with_memory)->Arg(16)->Arg(256)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
