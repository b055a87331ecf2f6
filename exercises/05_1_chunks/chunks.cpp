// Exercise 05_1: rewrite these three. They compile, but cut nothing, and all is done in the process that calls.
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

long default_chunksize(long calls, int workers) { return calls / workers; }

std::vector<Chunk> cut(long calls, [[maybe_unused]] long chunksize) { return {{0, calls}}; }

std::vector<long> map_in_chunks(const Function& f, const std::vector<long>& numbers, [[maybe_unused]] int workers,
                                long chunksize) {
  std::vector<long> results;
  for (const Chunk& chunk : cut(std::ssize(numbers), chunksize))
    for (long i = chunk.from; i < chunk.to; ++i) results.push_back(f(numbers.at(static_cast<std::size_t>(i))));
  return results;
}
