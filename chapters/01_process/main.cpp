// Eight tasks: one crashes, one never ends. What is left of the other six?
//
// A loop and a set of threads lose everything, because a crash ends the process and a thread cannot
// be ended. With a process for each task, six answers come back, and two endings with a name.
#include "01_process/process.hpp"

#include <fmt/format.h>

#include <thread>

#include "common/raw_array.hpp"
#include "common/side_by_side/side_by_side.hpp"
#include "common/workloads.hpp"

using namespace std::chrono_literals;

constexpr int task_count = 8, crashing = 3, endless = 5;

long task(int i, bool may_crash) {
  const mp::Span span{i};
  if (i == crashing && may_crash) mp::crash();
  if (i == endless) mp::never_end();
  mp::sum_below(20'000'000);
  return i * i;
}

std::string serial(bool may_crash) {
  std::vector<long> answers;
  for (int i = 0; i < task_count; ++i) answers.push_back(task(i, may_crash));
  return fmt::format("{}", fmt::join(answers, " "));
}

std::string threads(bool may_crash) {
  const mp::RawArray<long> answers{task_count};
  std::vector<std::jthread> workers;  // its destructor joins, and that is all one can do to a thread
  for (int i = 0; i < task_count; ++i) workers.emplace_back([&, i] { answers[i] = task(i, may_crash); });
  workers.clear();
  return fmt::format("{}", fmt::join(answers, " "));
}

std::string processes(mp::Seconds limit) {
  const mp::RawArray<long> results{task_count};  // shared memory: a child's ordinary variables are its own
  std::vector<mp::Process> workers;
  for (int i = 0; i < task_count; ++i) workers.emplace_back([&, i] { results[i] = task(i, true); });
  for (auto& worker : workers) worker.start();

  const mp::Deadline end{limit};
  std::vector<std::string> answers;
  for (auto& worker : workers) {
    if (!worker.try_join_for(end.remaining())) {
      worker.kill();  // a process can be ended
      answers.push_back("timeout");
    } else {
      const int code = worker.exitcode().value();
      answers.push_back(code == 0 ? std::to_string(results[answers.size()]) : fmt::format("({})", code));
    }
  }
  return fmt::format("{}", fmt::join(answers, " "));
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::SideBySide run{argc, argv, "01_process", "main"};
  run.workload("8 tasks: number 3 crashes, number 5 never ends");
  run.expect("0 1 4 (-11) 16 timeout 36 49");
  run.limit(700ms);
  run.add({"serial", mp::Kind::serial, 1, true}, [] { return serial(true); });
  run.add({"8 threads", mp::Kind::threads, 8, true}, [] { return threads(true); });
  run.add({"serial, crash mended", mp::Kind::serial, 1, true}, [] { return serial(false); });
  run.add({"8 threads, crash mended", mp::Kind::threads, 8, true}, [] { return threads(false); });
  run.add({"8 processes", mp::Kind::processes, 8}, [&] { return processes(run.patience(300ms)); });
  return run.report();
}
