// The SHA-512 of every file of a tree: many tasks, most of them small, and a few that are large.
//
// A tree of your own: build/default/chapters/05_pool/tree -- FOLDER
#include <fmt/format.h>

#include <filesystem>
#include <thread>

#include "05_pool/pool.hpp"
#include "common/chains.hpp"
#include "common/side_by_side/side_by_side.hpp"
#include "common/workloads.hpp"

using Texts = std::vector<std::string>;

std::string digest(const std::string& file) { return mp::chain_links(mp::read_text(file).value_or(""), 1); }

/// So that the order of the files does not matter.
std::string answer(Texts digests) {
  std::ranges::sort(digests);
  std::string all;
  for (const auto& each : digests) all += each;
  return mp::chain_links(all, 1).substr(0, 12);
}

std::string by_threads(const Texts& files, int workers) {
  Texts digests(files.size());
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (int w = 0; w < workers; ++w)
      threads.emplace_back([&] {
        for (auto i = next++; i < files.size(); i = next++) digests[i] = digest(files[i]);
      });
  }
  return answer(digests);
}
std::string by_imap(const Texts& files, int workers) {
  mp::Pool pool{workers};
  Texts digests;
  for (auto& each : pool.imap_unordered(mp::fn<digest>, files, {.chunksize = 16})) digests.push_back(std::move(each));
  return answer(std::move(digests));
}

Texts files_of(const char* folder) {
  Texts files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
    if (entry.is_regular_file() && !entry.is_symlink()) files.push_back(entry.path());
  return files;
}

int main(int argc, char** argv) {
  using mp::Kind;
  mp::main_guard(argc, argv);
  char** const given = std::find(argv, argv + argc, std::string{"--"});
  mp::SideBySide run{static_cast<int>(given - argv), argv, "05_pool", "tree"};
  const int n = run.workers();
  const bool own = given < argv + argc - 1;
  const Texts files = own ? files_of(given[1]) : mp::real_files(run.scaled(100'000'000, 2'000'000'000));
  run.workload(fmt::format("the SHA-512 of {} files", files.size()));
  const auto with_pool = [&](mp::MapOptions options) { return mp::Pool{n}.map(mp::fn<digest>, files, options); };
  run.add({"serial", Kind::serial}, [&] {
    Texts digests;
    for (const auto& file : files) digests.push_back(digest(file));
    return answer(digests);
  });
  run.add({fmt::format("{} threads", n), Kind::threads, n}, [&] { return by_threads(files, n); });
  run.add({"map, chunksize 1", Kind::processes, n}, [&] { return answer(with_pool({.chunksize = 1})); });
  run.add({"map, default", Kind::processes, n}, [&] { return answer(with_pool({})); });
  run.add({"imap_unordered, 16", Kind::processes, n}, [&] { return by_imap(files, n); });
  return run.report();
}
