// Wrong: a process for each chunk, though never more than so many at a time.
// loses: together killed
// says: processes that called f
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
  mp::Process process;
  Chunk has;
};

}  // namespace

std::vector<long> map_in_chunks(const Function& f, const std::vector<long>& numbers, int workers, long chunksize) {
  const auto chunks = cut(std::ssize(numbers), chunksize);
  std::vector<Worker> all;
  std::vector<long> results(numbers.size());
  std::optional<std::string> error;
  for (auto next = chunks.begin(); next != chunks.end() || !all.empty();) {
    if (next != chunks.end() && std::ssize(all) < workers) {
      auto [ours, theirs] = mp::pipe();
      mp::Process process{[&f, &numbers, chunk = *next](mp::Connection out) { out.send(answer_to(f, numbers, chunk)); },
                          std::move(theirs)};
      process.start();
      all.push_back({std::move(ours), std::move(process), *next++});
      continue;
    }
    std::vector<mp::Waitable> links;
    for (const Worker& worker : all) links.emplace_back(worker.link);
    const auto ready = mp::wait_ready(links).front();
    const auto worker = std::ranges::find_if(all, [&](auto& each) { return mp::Waitable{each.link} == ready; });
    try {
      const auto answer = worker->link.recv<Answer>();
      if (const auto* text = std::get_if<std::string>(&answer))
        error = *text;
      else
        std::ranges::copy(std::get<std::vector<long>>(answer), results.begin() + worker->has.from);
    } catch (const mp::EndOfFile&) {
      error = "a worker died";
    }
    worker->process.join();
    all.erase(worker);
  }
  if (error) throw std::runtime_error{*error};
  return results;
}
