#pragma once
/// \file
/// Memory that several processes see at once, without a lock and without a name.

#include <sys/mman.h>

#include <concepts>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "common/descriptor.hpp"
#include "common/pickle/codec.hpp"

namespace mp {

/// A fixed number of values in shared memory, zero at first. Nothing guards them: use it where each
/// process writes its own elements, or where T is an atomic.
///
/// Forked children see the same memory; as an argument of a spawned Process it travels as the
/// descriptor of its memory file. The memory goes with the last process that has it: a process that
/// dies leaves its elements as they were. Throws std::system_error where memory is short.
///
/// \python{multiprocessing.sharedctypes.RawArray}
template <class T>
class RawArray {
  static_assert(std::is_trivially_copyable_v<T> || std::is_trivially_destructible_v<T>,
                "shared memory holds values without pointers, destructors or other ties to one process");

 public:
  explicit RawArray(std::size_t n) : file_{memory_file("RawArray")}, size_{n} {
    if (n > PTRDIFF_MAX / sizeof(T)) throw std::length_error{"RawArray of " + std::to_string(n) + " elements"};
    check(::ftruncate(file_.number(), static_cast<off_t>(bytes())), "ftruncate");
    map();
  }
  /// The memory of another one. Its size is a claim: throws DecodeError where the file is smaller.
  RawArray(Descriptor file, std::size_t n) : file_{std::move(file)}, size_{n} {
    const auto there = static_cast<std::size_t>(check(::lseek(file_.number(), 0, SEEK_END), "lseek"));
    if (n > there / sizeof(T)) throw DecodeError{"a message speaks of more shared memory than it brings"};
    map();
  }
  /// A copy is another view of the same memory.
  RawArray(const RawArray& other) : RawArray{other.file_.duplicate(), other.size_} {}
  RawArray(RawArray&& other) noexcept
      : file_{std::move(other.file_)},
        size_{std::exchange(other.size_, 0)},
        data_{std::exchange(other.data_, nullptr)} {}
  RawArray& operator=(RawArray other) noexcept {
    std::swap(file_, other.file_);
    std::swap(size_, other.size_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~RawArray() {
    if (data_ != nullptr) ::munmap(data_, bytes());
  }

  std::size_t size() const { return size_; }
  T& operator[](std::integral auto i) const { return data_[i]; }
  T* begin() const { return data_; }
  T* end() const { return data_ + size_; }

  /// The memory file behind it.
  const Descriptor& file() const { return file_; }

 private:
  std::size_t bytes() const { return std::max<std::size_t>(size_ * sizeof(T), 1); }
  void map() {
    void* at = ::mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, file_.number(), 0);
    if (at == MAP_FAILED) throw_errno("mmap");
    data_ = static_cast<T*>(at);
  }

  Descriptor file_;
  std::size_t size_ = 0;
  T* data_ = nullptr;
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
