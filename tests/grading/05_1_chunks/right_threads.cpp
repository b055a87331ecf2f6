// Right: each worker has a thread here that hands out chunks to it, and forks by hand.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "02_pipe_queue/connection.hpp"

struct Chunk {
  long from = 0, to = 0;
};
template <>
inline constexpr auto mp::fields<Chunk> = std::tuple{&Chunk::from, &Chunk::to};

using Function = std::function<long(long)>;

long default_chunksize(long calls, int workers) {
  const long shares = 4L * workers;
  return calls / shares + (calls % shares != 0);
}

std::vector<Chunk> cut(long calls, long chunksize) {
  if (chunksize < 1) throw std::invalid_argument{"a chunk has 1 call or more, not " + std::to_string(chunksize)};
  std::vector<Chunk> chunks;
  for (long from = 0; from < calls; from = chunks.back().to)
    chunks.push_back({from, from + std::min(chunksize, calls - from)});
  return chunks;
}

namespace {

using Answer = std::variant<std::vector<long>, std::string>;
using Task = std::optional<Chunk>;

Answer answer_to(const Function& f, const std::vector<long>& numbers, const Chunk& chunk) try {
  std::vector<long> results;
  for (long i = chunk.from; i < chunk.to; ++i) results.push_back(f(numbers[static_cast<std::size_t>(i)]));
  return results;
} catch (const std::exception& error) {
  return std::string{error.what()};
}

struct Worker {
  mp::Connection link;
  pid_t pid;
};

[[noreturn]] void be_worker(const Function& f, const std::vector<long>& numbers, mp::Connection link) try {
  while (const auto chunk = link.recv<Task>()) link.send(answer_to(f, numbers, *chunk));
  _exit(0);
} catch (...) {
  _exit(1);
}

}  // namespace

std::vector<long> map_in_chunks(const Function& f, const std::vector<long>& numbers, int workers, long chunksize) {
  const auto chunks = cut(std::ssize(numbers), chunksize);
  std::vector<Worker> all;
  for (int w = 0; w < workers; ++w) {
    auto [ours, theirs] = mp::pipe();
    const pid_t pid = fork();
    if (pid == 0) be_worker(f, numbers, std::move(theirs));
    all.push_back({std::move(ours), pid});
  }

  std::vector<long> results(numbers.size());
  std::optional<std::string> error;
  std::mutex mutex;  // of these, and of next
  auto next = chunks.begin();
  const auto serve = [&](mp::Connection& link) {
    std::unique_lock lock{mutex};
    try {
      while (next != chunks.end()) {
        const Chunk chunk = *next++;
        lock.unlock();
        link.send(Task{chunk});
        const auto answer = link.recv<Answer>();
        lock.lock();
        if (const auto* text = std::get_if<std::string>(&answer))
          error = *text;
        else
          std::ranges::copy(std::get<std::vector<long>>(answer), results.begin() + chunk.from);
      }
      link.send(Task{});
    } catch (const std::runtime_error&) {
      if (!lock.owns_lock()) lock.lock();
      error = "a worker died";
    }
  };
  std::vector<std::thread> threads;
  for (Worker& worker : all) threads.emplace_back([&] { serve(worker.link); });
  for (std::thread& each : threads) each.join();
  for (const Worker& worker : all) waitpid(worker.pid, nullptr, 0);
  if (error) throw std::runtime_error{*error};
  return results;
}
