// Right: workers take chunks by a shared count, and put results into shared memory; only errors are sent.
#include <algorithm>
#include <atomic>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
#include "common/raw_array.hpp"

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

std::vector<long> map_in_chunks(const Function& f, const std::vector<long>& numbers, int workers, long chunksize) {
  const auto chunks = cut(std::ssize(numbers), chunksize);
  const mp::RawArray<long> results{numbers.size()};
  const mp::RawArray<std::atomic<std::size_t>> next{1};
  const auto work = [&](mp::Connection errors) {
    for (std::size_t c; (c = next[0]++) < chunks.size();) try {
        for (long i = chunks[c].from; i < chunks[c].to; ++i) results[i] = f(numbers[static_cast<std::size_t>(i)]);
      } catch (const std::exception& error) {
        errors.send(std::string{error.what()});
      }
  };
  std::vector<std::pair<mp::Process, mp::Connection>> all;
  for (int w = 0; w < workers; ++w) {
    auto [ours, theirs] = mp::one_way_pipe();
    all.emplace_back(mp::Process{work, std::move(theirs)}, std::move(ours));
    all.back().first.start();
  }
  std::optional<std::string> error;
  for (auto& [process, errors] : all) try {
      for (;;) error = errors.recv<std::string>();
    } catch (const mp::EndOfFile&) {
      process.join();
      if (process.exitcode() != 0) error = error.value_or("") + process.name() + ": " + process.status().text();
    }
  if (error) throw std::runtime_error{*error};
  return {results.begin(), results.end()};
}
