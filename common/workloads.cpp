#include "common/workloads.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>

namespace mp {

std::uint64_t sum_below(long n) {
  std::uint64_t sum = 0;
  for (long i = 0; i < n; ++i) {
    sum += static_cast<std::uint64_t>(i);
    asm volatile("" : "+r"(sum));  // the sum might have changed here, as far as the compiler knows
  }
  return sum;
}

void crash() {
  std::signal(SIGSEGV, SIG_DFL);
  std::raise(SIGSEGV);
  std::abort();
}

void never_end() {
  for (;;) ::pause();
}

std::vector<std::string> real_files(long bytes) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const char* folder : {"/usr/share/common-licenses", "/usr/include"}) {
    const auto first = std::ssize(files);
    std::error_code absent;  // small systems have no licences
    for (const auto& entry : fs::recursive_directory_iterator{folder, absent})
      if (!entry.is_symlink() && entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin() + first, files.end());
  }
  auto end = files.begin();
  for (; end != files.end() && bytes > 0; ++end) bytes -= static_cast<long>(fs::file_size(*end));
  files.erase(end, files.end());
  return files;
}

}  // namespace mp
