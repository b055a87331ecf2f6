// Wrong: does not expect the end of a worker in the middle of its answer.
// loses: killed
// says: in the middle of its answer
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
  const long shares = 4L * workers;
  return calls / shares + (calls % shares != 0);
}

std::vector<Chunk> cut(long calls, long chunksize) {
  if (chunksize < 1) throw std::invalid_argument{"chunksize must be 1 or more"};
  std::vector<Chunk> chunks;
  for (long from = 0; from < calls; from = chunks.back().to)
    chunks.push_back({from, from + std::min(chunksize, calls - from)});
  return chunks;
}

namespace {

using Answer = std::variant<std::vector<long>, std::string>;  // results, or the text of an error

Answer compute(const Function& f, const std::vector<long>& numbers, const Chunk& chunk) {
  std::vector<long> results;
  try {
    for (long i = chunk.from; i < chunk.to; ++i) results.push_back(f(numbers.at(static_cast<std::size_t>(i))));
  } catch (const std::exception& error) {
    return std::string{error.what()};
  } catch (...) {
    return std::string{"a call threw what is no std::exception"};
  }
  return results;
}

/// All that a worker does, until it gets an empty optional, or is alone.
void work(const Function& f, const std::vector<long>& numbers, mp::Connection link) {
  try {
    while (const auto chunk = link.recv<std::optional<Chunk>>()) link.send(compute(f, numbers, *chunk));
  } catch (const mp::EndOfFile&) {
  } catch (const mp::BrokenPipe&) {}
}

struct Worker {
  mp::Connection link;
  std::optional<Chunk> has = {};
};

}  // namespace

std::vector<long> map_in_chunks(const Function& f, const std::vector<long>& numbers, int workers, long chunksize) {
  const std::vector<Chunk> chunks = cut(std::ssize(numbers), chunksize);
  std::vector<long> results(numbers.size());
  std::optional<std::string> error;
  std::size_t next = 0;  // the first chunk that nobody has

  std::vector<mp::Process> processes;  // before the links: they end when those are closed
  std::vector<Worker> crew;
  for (long i = 0; i < std::min<long>(workers, std::ssize(chunks)); ++i) {
    auto [ours, theirs] = mp::pipe();
    crew.push_back({std::move(ours)});
    processes.emplace_back(
        [&](mp::Connection link) {
          for (Worker& each : crew) each.link.close();  // copies of our ends
          work(f, numbers, std::move(link));
        },
        std::move(theirs));
    processes.back().start();
  }

  const auto give_next = [&](Worker& worker) {
    worker.has.reset();
    if (next == chunks.size()) return;
    try {
      worker.link.send(std::optional{chunks[next]});
      worker.has = chunks[next++];
    } catch (const mp::BrokenPipe&) {  // it was killed when it had nothing
      error = "a worker has died";
      worker.link.close();
    }
  };
  const auto hear = [&](Worker& worker) {
    try {
      const auto answer = worker.link.recv<Answer>();
      if (const auto* text = std::get_if<std::string>(&answer))
        error = *text;
      else
        std::ranges::copy(std::get<0>(answer), results.begin() + worker.has->from);
    } catch (const mp::EndOfFile&) {
      error = "a worker has died";
      worker.has.reset();
      worker.link.close();
      return;
    }
    give_next(worker);
  };

  for (Worker& worker : crew) give_next(worker);
  for (;;) {
    std::vector<mp::Waitable> busy;
    for (const Worker& worker : crew)
      if (worker.has) busy.emplace_back(worker.link);
    if (busy.empty()) break;
    const auto ready = mp::wait_ready(busy);
    for (Worker& worker : crew)
      if (worker.has && std::ranges::find(ready, mp::Waitable{worker.link}) != ready.end()) hear(worker);
  }

  crew.clear();  // sends all home
  for (mp::Process& process : processes) process.join();
  if (error) throw std::runtime_error{*error};
  return results;
}
