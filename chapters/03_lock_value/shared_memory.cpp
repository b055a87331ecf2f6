// The owner of a name holds a lock on its file (flock), as do children that it forks. The kernel drops that when the
// last of them is gone, so that whoever wants the name next can tell a living owner from a dead one.
#include "03_lock_value/shared_memory.hpp"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <stdexcept>

namespace mp {
namespace {

std::string path_of(const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos || name.find('\0') != std::string::npos)
    throw std::invalid_argument{"a shared memory cannot be called '" + name + "': its name has no slash in it"};
  return "/" + name;
}

bool is_file_of(const std::string& path, const Descriptor& file) {
  struct stat ours, named;
  return ::stat(("/dev/shm" + path).c_str(), &named) == 0 && ::fstat(file.number(), &ours) == 0 &&
         named.st_ino == ours.st_ino;
}

bool lock_of(const Descriptor& file) { return ::flock(file.number(), LOCK_EX | LOCK_NB) == 0; }

/// Takes away a name that a dead owner left. Throws std::system_error, EEXIST where the owner lives.
void remove_left_over(const std::string& path) {
  const Descriptor file{::shm_open(path.c_str(), O_RDWR, 0)};
  if (!file.is_open() && errno == ENOENT) return;  // gone just now
  check(file.number(), "shm_open");
  if (!lock_of(file))
    throw std::system_error(EEXIST, std::generic_category(), "shared memory '" + path.substr(1) + "'");
  if (is_file_of(path, file)) ::shm_unlink(path.c_str());
}

/// A new file of that name, with our lock on it.
Descriptor claim(const std::string& path) {
  for (;;) {
    Descriptor file{::shm_open(path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600)};
    if (file.is_open() && lock_of(file) && is_file_of(path, file)) return file;
    if (file.is_open()) continue;  // somebody took it for one that is left over, before we had locked it
    if (errno != EEXIST) throw_errno("shm_open");
    remove_left_over(path);
  }
}

}  // namespace

SharedMemory::SharedMemory(std::string name, Descriptor file, pid_t owner)
    : name_{std::move(name)}, file_{std::move(file)}, owner_{owner} {
  struct stat there;
  check(::fstat(file_.number(), &there), "fstat");
  const auto size = static_cast<std::size_t>(there.st_size);
  if (size == 0)
    throw std::system_error(ENOENT, std::generic_category(), "shared memory '" + name_ + "'");  // half made
  void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.number(), 0);
  if (at == MAP_FAILED) throw_errno("mmap");
  bytes_ = {static_cast<std::byte*>(at), size};
}

SharedMemory SharedMemory::create(const std::string& name, std::size_t size) {
  const std::string path = path_of(name);
  if (size == 0) throw std::invalid_argument{"a shared memory of no bytes"};
  Descriptor file = claim(path);
  try {
    check_code(::posix_fallocate(file.number(), 0, static_cast<off_t>(size)), "posix_fallocate");
    return {name, std::move(file), ::getpid()};
  } catch (...) {
    ::shm_unlink(path.c_str());
    throw;
  }
}

SharedMemory SharedMemory::attach(const std::string& name) {
  Descriptor file{::shm_open(path_of(name).c_str(), O_RDWR, 0)};
  if (!file.is_open()) throw_errno("shared memory '" + name + "'");
  return {name, std::move(file), 0};
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : name_{std::move(other.name_)},
      file_{std::move(other.file_)},
      owner_{std::exchange(other.owner_, 0)},
      bytes_{std::exchange(other.bytes_, {})} {}

SharedMemory::~SharedMemory() {
  const bool is_owner = owner_ == ::getpid();  // and no child that was forked meanwhile
  if (is_owner && is_file_of("/" + name_, file_)) ::shm_unlink(("/" + name_).c_str());
  if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

}  // namespace mp
