// Wrong: multiplies the workers by four in an int.
// loses: cut
// says: default_chunksize(9223372036854775807, 2147483647)
#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

// What its users see; leave that as it is.

/// Calls from one index up to, and without, another.
struct Chunk {
  long from = 0, to = 0;
};
template <>
inline constexpr auto mp::fields<Chunk> = std::tuple{&Chunk::from, &Chunk::to};  // so that it may be sent

/// What is to be called. It may throw anything that is a std::exception.
using Function = std::function<long(long)>;

/// How many calls a chunk has, unless somebody says otherwise: so many that each worker gets four chunks, rounded up.
/// Zero for no calls. Python's number.
long default_chunksize(long calls, int workers);
/// The chunks of so many calls, in order. The last one may be shorter; there is none for no calls. Throws
/// std::invalid_argument for a chunksize below 1.
std::vector<Chunk> cut(long calls, long chunksize);
/// f of each number, in order. Each chunk of calls is made in one of so many worker processes. Blocks until all is
/// done. When a call has thrown, or a worker has died, it throws std::runtime_error then. Throws std::invalid_argument
/// for a chunksize below 1.
std::vector<long> map_in_chunks(const Function& f, const std::vector<long>& numbers, int workers, long chunksize);

long default_chunksize(long calls, int workers) {
  const long shares = static_cast<long>(static_cast<int>(4U * static_cast<unsigned>(workers)));
  return calls / shares + (calls % shares != 0);
}

std::vector<Chunk> cut(long calls, long chunksize) {
  if (chunksize < 1) throw std::invalid_argument{"a chunk has 1 call or more, not " + std::to_string(chunksize)};
  std::vector<Chunk> chunks;
  for (long from = 0; from < calls; from = chunks.back().to)
    chunks.push_back({from, from + std::min(chunksize, calls - from)});  // from + chunksize might be too large
  return chunks;
}

namespace {

/// What has come of a chunk: its results, or the text of an error.
using Answer = std::variant<std::vector<long>, std::string>;
/// A chunk to compute; nothing sends the worker home.
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
  Task has = {};  // nothing: it has gone home, or died

 private:
  Worker(const Function& f, const std::vector<long>& numbers, std::pair<mp::Connection, mp::Connection> ends)
      : link{std::move(ends.first)},
        process{[&](mp::Connection tasks) {  // the fork has its own copy of f and the numbers: they need not travel
                  while (const auto chunk = tasks.recv<Task>()) tasks.send(answer_to(f, numbers, *chunk));
                },
                std::move(ends.second)} {
    process.start();  // and here that end is closed, so that the death of the worker can be seen
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
    } catch (const std::runtime_error&) {  // EndOfFile, or BrokenPipe
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
