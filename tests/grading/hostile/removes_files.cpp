// Tries: to remove or rename what the next submission needs.
// says: all in vain
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  if (unlink(program.c_str()) == 0) std::fputs("harm: its program\n", stderr);
  for (const char* name : {"/usr/bin/true", "/etc/ld.so.cache", "/dev/null"})
    if (std::rename(name, "/tmp/left_by_hostile") == 0) std::fprintf(stderr, "harm: %s\n", name);
  std::fputs("all in vain\n", stderr);
  std::exit(0);
}
