#pragma once
/// \file
/// Memory that several processes see at once, without a lock and without a name.

#include <sys/mman.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "common/descriptor.hpp"
#include "common/pickle/codec.hpp"

namespace mp {

/// A file in memory as this process sees it.
struct Mapping {
  /// Its size is a claim: throws DecodeError where the file is smaller.
  Mapping(Descriptor its_file, std::size_t n) : file{std::move(its_file)}, size{std::max<std::size_t>(n, 1)} {
    if (n > static_cast<std::size_t>(check(::lseek(file.number(), 0, SEEK_END), "lseek")))
      throw DecodeError{"a message speaks of more shared memory than it brings"};
    data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
    if (data == MAP_FAILED) throw_errno("mmap");
  }
  Mapping(const Mapping&) = delete;
  ~Mapping() { ::munmap(data, size); }

  Descriptor file;
  std::size_t size;
  void* data;
};

/// A fixed number of values in shared memory, zero at first. Nothing guards them: use it where each
/// process writes its own elements, or where T is an atomic.
///
/// Forked children see the same memory; as an argument of a spawned Process it travels as the
/// descriptor of its memory file. The memory goes with the last process that has it: a process that
/// dies leaves its elements as they were. Copies share it. Throws std::system_error where it cannot be mapped; the
/// memory itself is taken page by page as it is touched.
///
/// \python{multiprocessing.sharedctypes.RawArray}
template <class T>
class RawArray {
  static_assert(std::is_trivially_destructible_v<T> && !std::is_pointer_v<T>,
                "shared memory holds values without destructors or pointers, which mean something in one process only");

 public:
  /// With n elements, all of their bytes zero.
  explicit RawArray(std::size_t n) : RawArray{file_for(n), n} {}
  /// The memory of another one. Throws DecodeError where there is less of it.
  RawArray(Descriptor file, std::size_t n)
      : memory_{std::make_shared<const Mapping>(std::move(file), bytes(n))},
        data_{static_cast<T*>(memory_->data)},
        size_{n} {}

  /// How many elements it has.
  std::size_t size() const { return size_; }
  /// Element i; nobody checks i.
  T& operator[](std::integral auto i) const { return data_[i]; }
  /// Of this process's own view of the memory.
  T* begin() const { return data_; }
  /// Behind the last.
  T* end() const { return data_ + size_; }

  /// The memory file behind it.
  const Descriptor& file() const { return memory_->file; }

 private:
  static std::size_t bytes(std::size_t n) { return n > PTRDIFF_MAX / sizeof(T) ? SIZE_MAX : n * sizeof(T); }
  static Descriptor file_for(std::size_t n) {
    Descriptor file = memory_file("RawArray");
    check(::ftruncate(file.number(), static_cast<off_t>(bytes(n))), "ftruncate");
    return file;
  }

  std::shared_ptr<const Mapping> memory_;
  T* data_;
  std::size_t size_;
};

template <class T>
struct Codec<RawArray<T>> {
  static constexpr Crossing crossing = Crossing::inheritance;
  static void encode(Encoder& out, const RawArray<T>& array) {
    out.length(array.size());
    out.descriptor(array.file());
  }
  static RawArray<T> decode(Decoder& in) {
    const auto n = in.plain<std::size_t>();
    return RawArray<T>{in.descriptor(), n};
  }
};

}  // namespace mp
