// Right: all chunks wait in one queue; each worker has a pipe of its own for what comes of them.
#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
#include "02_pipe_queue/queue.hpp"

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

/// Of a chunk: where it begins, and its results or an error; or nothing: the worker goes home.
using Answer = std::optional<std::pair<long, std::variant<std::vector<long>, std::string>>>;

void compute(const Function& f, const std::vector<long>& numbers, const Chunk& chunk, mp::Connection& answers) {
  try {
    std::vector<long> results;
    for (long i = chunk.from; i < chunk.to; ++i) results.push_back(f(numbers[static_cast<std::size_t>(i)]));
    answers.send(Answer{{chunk.from, results}});
  } catch (const std::exception& error) {
    answers.send(Answer{{chunk.from, std::string{error.what()}}});
  }
}

}  // namespace

std::vector<long> map_in_chunks(const Function& f, const std::vector<long>& numbers, int workers, long chunksize) {
  const auto chunks = cut(std::ssize(numbers), chunksize);
  mp::Queue<std::optional<Chunk>> tasks;
  std::vector<std::pair<mp::Process, mp::Connection>> all;
  for (int w = 0; w < workers; ++w) {
    auto [ours, theirs] = mp::one_way_pipe();
    mp::Process worker{[&f, &numbers, &tasks](mp::Connection answers) {
                         while (const auto chunk = tasks.get()) compute(f, numbers, *chunk, answers);
                         answers.send(Answer{});
                       },
                       std::move(theirs)};
    worker.start();
    all.emplace_back(std::move(worker), std::move(ours));
  }
  for (const Chunk& chunk : chunks) tasks.put(chunk);  // some 280 stay there even if nobody is left to take them
  for (int w = 0; w < workers; ++w) tasks.put(std::nullopt);

  std::vector<long> results(numbers.size());
  std::string error;
  bool failed = false;
  for (auto& [worker, answers] : all) try {
      while (const auto answer = answers.recv<Answer>())
        if (const auto* text = std::get_if<std::string>(&answer->second))
          failed = true, error += *text + ". ";
        else
          std::ranges::copy(std::get<std::vector<long>>(answer->second), results.begin() + answer->first);
    } catch (const mp::EndOfFile&) {
      failed = true, error += "A worker died. ";
    } catch (const mp::BrokenPipe&) {
      failed = true, error += "A worker died in the middle of an answer. ";
    }
  if (failed) throw std::runtime_error{error};
  return results;
}
