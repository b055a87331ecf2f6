// Wrong: rounds up by an addition that overflows.
// loses: cut
// says: default_chunksize(9223372036854775807, 8)
#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

struct Chunk {
  long from = 0, to = 0;
};
template <>
inline constexpr auto mp::fields<Chunk> = std::tuple{&Chunk::from, &Chunk::to};

using Function = std::function<long(long)>;

long default_chunksize(long calls, int workers) {
  const long shares = 4L * workers;
  return (calls + shares - 1) / shares;
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
  Worker(const Function& f, const std::vector<long>& numbers) : Worker{f, numbers, mp::pipe()} {}

  mp::Connection link;
  mp::Process process;
  Task has = {};

 private:
  Worker(const Function& f, const std::vector<long>& numbers, std::pair<mp::Connection, mp::Connection> ends)
      : link{std::move(ends.first)},
        process{[&](mp::Connection tasks) {
                  while (const auto chunk = tasks.recv<Task>()) tasks.send(answer_to(f, numbers, *chunk));
                },
                std::move(ends.second)} {
    process.start();
  }
};

}  // namespace

std::vector<long> map_in_chunks(const Function& f, const std::vector<long>& numbers, int workers, long chunksize) {
  const auto chunks = cut(std::ssize(numbers), chunksize);
  std::vector<Worker> all;
  all.reserve(static_cast<std::size_t>(workers));
  for (int w = 0; w < workers; ++w) all.emplace_back(f, numbers);

  std::vector<long> results(numbers.size());
  std::optional<std::string> error;
  auto next = chunks.begin();
  const auto give = [&](Worker& worker) {
    worker.has = next == chunks.end() ? Task{} : *next++;
    worker.link.send(worker.has);
  };
  const auto hear = [&](Worker& worker) {
    try {
      const auto answer = worker.link.recv<Answer>();
      if (const auto* text = std::get_if<std::string>(&answer))
        error = *text;
      else
        std::ranges::copy(std::get<std::vector<long>>(answer), results.begin() + worker.has->from);
      give(worker);
    } catch (const std::runtime_error&) {
      worker.has.reset();
      error = "a worker died, and its chunk is lost";
    }
  };

  for (Worker& worker : all) give(worker);
  for (;;) {
    std::vector<mp::Waitable> links;
    for (const Worker& worker : all)
      if (worker.has) links.emplace_back(worker.link);
    if (links.empty()) break;
    const auto ready = mp::wait_ready(links).front();
    hear(*std::ranges::find_if(all, [&](auto& worker) { return worker.has && mp::Waitable{worker.link} == ready; }));
  }
  if (error) throw std::runtime_error{*error};
  return results;
}
