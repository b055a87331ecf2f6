#include "common/process_tree.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>

#include "common/descriptor.hpp"

namespace mp {
namespace {

std::vector<pid_t> children(pid_t parent) {
  std::vector<pid_t> found;
  std::error_code gone;  // a process may end while we look: then it has no children
  for (const auto& thread : std::filesystem::directory_iterator{"/proc/" + std::to_string(parent) + "/task", gone}) {
    std::istringstream pids{read_text(thread.path() / "children").value_or("")};
    for (pid_t pid; pids >> pid;) found.push_back(pid);
  }
  return found;
}

}  // namespace

std::vector<pid_t> descendants(pid_t root, std::size_t most) {
  std::vector<pid_t> all = children(root);
  for (std::size_t next = 0; next < all.size() && all.size() <= most; ++next)
    for (const pid_t pid : children(all[next])) all.push_back(pid);
  return all;
}

long proportional_memory_kib(pid_t pid) {
  std::istringstream rollup{read_text("/proc/" + std::to_string(pid) + "/smaps_rollup").value_or("")};
  for (std::string word; rollup >> word;)
    if (long kib = 0; word == "Pss:" && rollup >> kib) return kib;
  return 0;
}

void end_all_descendants() {
  for (auto left = descendants(::getpid()); !left.empty(); left = descendants(::getpid())) {
    for (const pid_t pid : left) ::kill(pid, SIGKILL);
    ::waitpid(-1, nullptr, 0);  // one at least ends now; orphans come to us, the subreaper
    while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
  }
}

}  // namespace mp
