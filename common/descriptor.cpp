#include "common/descriptor.hpp"

#include <sys/mman.h>

#include <array>
#include <fstream>
#include <sstream>

namespace mp {

bool wait_readable(int fd, const Deadline& deadline) {
  pollfd watched{fd, POLLIN, 0};
  const int ready = retry([&] {
    const auto left = deadline.left();  // taken anew after a signal: the deadline does not move
    return ::ppoll(&watched, 1, left ? &*left : nullptr, nullptr);
  });
  return check(ready, "ppoll") > 0;
}

void write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto n = check(retry([&] { return ::write(fd, bytes.data(), bytes.size()); }), "write");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

std::vector<std::byte> read_to_end(int fd) {
  std::vector<std::byte> all;
  std::array<std::byte, 16384> piece;
  for (;;) {
    const auto n = check(retry([&] { return ::read(fd, piece.data(), piece.size()); }), "read");
    if (n == 0) return all;
    all.insert(all.end(), piece.begin(), piece.begin() + n);
  }
}

std::optional<std::string> read_text(const std::string& path) {
  std::ifstream in{path};
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Descriptor memory_file(const char* name) {
  return Descriptor{check(::memfd_create(name, MFD_CLOEXEC), "memfd_create")};
}

}  // namespace mp
