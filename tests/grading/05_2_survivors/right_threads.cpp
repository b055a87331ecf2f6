// Right: a thread for each worker, and calls that go to whichever thread asks first.
#include <sys/types.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

using Call = std::function<std::string()>;

struct Returned {
  std::string text;
};
struct Threw {
  std::string message;
};
struct Died {
  pid_t pid = 0;
  int exitcode = 0;
};
using Answer = std::variant<Returned, Threw, Died>;

namespace {

using Said = std::pair<bool, std::string>;

Said make(const Call& call) {
  try {
    return {true, call()};
  } catch (const std::exception& error) {
    return {false, error.what()};
  } catch (...) {
    return {false, "unknown"};
  }
}

struct Worker {
  mp::Process process;
  mp::Connection link;
};

Worker hire(const std::vector<Call>& calls) {
  static std::mutex starting;  // so that no worker is forked while another's end is open here
  const std::scoped_lock lock{starting};
  auto [ours, theirs] = mp::pipe();
  mp::Process process{[&calls, link = std::move(theirs)]() mutable {
    while (const auto number = link.recv<std::optional<std::size_t>>()) link.send(make(calls[*number]));
  }};
  process.start();
  return {std::move(process), std::move(ours)};
}

Answer ask(Worker& worker, std::size_t number) {
  try {
    worker.link.send(std::optional{number});
    (void)mp::wait_ready({worker.link, worker.process});
    (void)worker.process.try_join_for(mp::Seconds{0});
    if (worker.link.poll()) {
      const auto [returned, text] = worker.link.recv<Said>();
      return returned ? Answer{Returned{text}} : Answer{Threw{text}};
    }
  } catch (const mp::EndOfFile&) {
  } catch (const mp::BrokenPipe&) {}
  worker.process.join();
  return Died{worker.process.pid(), worker.process.exitcode().value()};
}

}  // namespace

std::vector<Answer> ordered_map(const std::vector<Call>& calls, int workers) {
  std::vector<Answer> answers(calls.size());
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (int w = 0; w < workers; ++w)
    threads.emplace_back([&] {
      std::optional<Worker> worker;  // when there is something for it
      for (std::size_t i; (i = next++) < calls.size();) {
        if (worker && !worker->process.is_alive()) worker.reset();
        if (!worker) worker = hire(calls);
        answers[i] = ask(*worker, i);
      }
      if (!worker) return;
      try {
        worker->link.send(std::optional<std::size_t>{});
      } catch (const mp::BrokenPipe&) {
        // it is gone
      }
    });
  for (std::thread& each : threads) each.join();
  return answers;
}
