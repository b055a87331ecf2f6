#pragma once
/// \file
/// Memory with a name, for processes that have no parent in common.

#include <span>
#include <string>

#include "common/descriptor.hpp"

namespace mp {

/// A piece of memory that other processes find by its name, zero at first.
///
/// Everything else in this chapter has no name, and so leaves nothing behind. A name stays until somebody takes it
/// away: here its owner does, the process that created it, when its SharedMemory goes; attaching and letting go
/// destroys nothing. (Python's takes the name away after merely attaching, too, unless it is told `track=False`,
/// from 3.13 on.) If the owner is killed the name stays, and once its forked children are gone as well, the next
/// `create` of it takes it over.
///
/// \python{multiprocessing.shared_memory.SharedMemory}
class SharedMemory {
 public:
  /// Makes a new one. Throws std::system_error, EEXIST where a living owner has that name, ENOSPC where there is no
  /// room; std::invalid_argument for a name that is empty or has a slash, and for no bytes at all.
  static SharedMemory create(const std::string& name, std::size_t size);
  /// The one that has been made. Throws std::system_error, ENOENT where there is none.
  static SharedMemory attach(const std::string& name);

  /// The other one is closed then.
  SharedMemory(SharedMemory&& other) noexcept;
  /// Lets go; the owner takes the name away, and whoever is attached keeps the memory.
  ~SharedMemory();

  /// By which others attach to it.
  const std::string& name() const { return name_; }
  /// The memory itself. Nothing guards it.
  std::span<std::byte> bytes() const { return bytes_; }

 private:
  SharedMemory(std::string name, Descriptor file, pid_t owner);

  std::string name_;
  Descriptor file_;
  pid_t owner_;  // 0: we are attached, and own nothing
  std::span<std::byte> bytes_;
};

}  // namespace mp
