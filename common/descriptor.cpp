#include "common/descriptor.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

namespace mp {

bool wait_readable(int fd, const Deadline& deadline) {
  pollfd watched{fd, POLLIN, 0};
  return wait_for_any({&watched, 1}, deadline);
}

bool wait_for_any(std::span<pollfd> watched, const Deadline& deadline) {
  const int ready = retry([&] {
    const auto left = deadline.left();  // taken anew after a signal: the deadline does not move
    return ::ppoll(watched.data(), watched.size(), left ? &*left : nullptr, nullptr);
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
  struct stat file;
  check(::fstat(fd, &file), "fstat");
  constexpr std::size_t piece = 16384;
  std::vector<std::byte> all(static_cast<std::size_t>(std::max<off_t>(file.st_size, 0)) + piece);
  for (std::size_t got = 0;;) {
    if (all.size() - got < piece) all.resize(2 * all.size());
    const auto n = check(retry([&] { return ::read(fd, all.data() + got, all.size() - got); }), "read");
    got += static_cast<std::size_t>(n);
    if (n > 0) continue;
    all.resize(got);
    return all;
  }
}

std::optional<std::string> read_text(const std::string& path) try {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return std::nullopt;
  const auto bytes = read_to_end(file.number());
  return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
} catch (const std::system_error&) {
  return std::nullopt;  // a process in /proc that has ended meanwhile
}

Descriptor memory_file(const char* name) {
  return Descriptor{check(::memfd_create(name, MFD_CLOEXEC), "memfd_create")};
}

Descriptor memory_file(const char* name, std::span<const std::byte> content) {
  Descriptor file = memory_file(name);
  write_all(file.number(), content);
  check(::lseek(file.number(), 0, SEEK_SET), "lseek");
  return file;
}

std::vector<std::byte> content_of(const Descriptor& memory_file) {
  struct stat file;
  check(::fstat(memory_file.number(), &file), "fstat");
  if (!S_ISREG(file.st_mode) || file.st_size > 512 * file.st_blocks)
    throw std::system_error(EBADMSG, std::generic_category(), "a file in memory holds less than it claims");
  return read_to_end(memory_file.number());
}

}  // namespace mp
