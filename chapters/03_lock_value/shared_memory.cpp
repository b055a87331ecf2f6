// The owner of a name holds a lock on its file (flock). The kernel drops that when the owner dies, so that whoever
// wants the name next can tell a living owner from a dead one.
#include "03_lock_value/shared_memory.hpp"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <stdexcept>

namespace mp {
namespace {

std::string path_of(const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos)
    throw std::invalid_argument{"a shared memory cannot be called '" + name + "': its name has no slash in it"};
  return "/" + name;
}

bool is_file_of(const std::string& path, const Descriptor& file) {
  struct stat ours, named;
  const Descriptor found{::shm_open(path.c_str(), O_RDONLY, 0)};
  return found.is_open() && ::fstat(found.number(), &named) == 0 && ::fstat(file.number(), &ours) == 0 &&
         named.st_ino == ours.st_ino;
}

/// The file of that name with our lock on it, new or left over; none when its owner lives, or took it just now.
Descriptor claim(const std::string& path) {
  Descriptor file{check(::shm_open(path.c_str(), O_RDWR | O_CREAT, 0600), "shm_open")};
  const bool free = ::flock(file.number(), LOCK_EX | LOCK_NB) == 0;
  return free && is_file_of(path, file) ? std::move(file) : Descriptor{};
}

}  // namespace

SharedMemory::SharedMemory(std::string name, Descriptor file, pid_t owner)
    : name_{std::move(name)}, file_{std::move(file)}, owner_{owner} {
  struct stat there;
  check(::fstat(file_.number(), &there), "fstat");
  const auto size = static_cast<std::size_t>(there.st_size);
  void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.number(), 0);
  if (at == MAP_FAILED) throw_errno("mmap");
  bytes_ = {static_cast<std::byte*>(at), size};
}

SharedMemory SharedMemory::create(const std::string& name, std::size_t size) {
  const std::string path = path_of(name);
  if (size == 0) throw std::invalid_argument{"a shared memory of no bytes"};
  Descriptor file = claim(path);
  if (!file.is_open()) throw std::system_error(EEXIST, std::generic_category(), "shared memory '" + name + "'");
  check(::ftruncate(file.number(), 0), "ftruncate");  // what a dead owner left is not ours to show
  check(::ftruncate(file.number(), static_cast<off_t>(size)), "ftruncate");
  return {name, std::move(file), ::getpid()};
}

SharedMemory SharedMemory::attach(const std::string& name) {
  Descriptor file{::shm_open(path_of(name).c_str(), O_RDWR, 0)};
  if (!file.is_open()) throw_errno(("shared memory '" + name + "'").c_str());
  return {name, std::move(file), 0};
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : name_{std::move(other.name_)},
      file_{std::move(other.file_)},
      owner_{std::exchange(other.owner_, 0)},
      bytes_{std::exchange(other.bytes_, {})} {}

SharedMemory::~SharedMemory() {
  if (owner_ == ::getpid()) ::shm_unlink(path_of(name_).c_str());  // not a child that was forked meanwhile
  if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

}  // namespace mp
