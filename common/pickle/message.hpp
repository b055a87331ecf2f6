#pragma once
/// \file
/// What travels between processes: bytes, and descriptors beside them.

#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "common/descriptor.hpp"

namespace mp {

/// Bytes, and the descriptors that they speak of by position.
struct Message {
  std::vector<std::byte> bytes;         ///< the values, one after the other
  std::vector<Descriptor> descriptors;  ///< in the order in which the bytes speak of them
};

/// The kernel takes 253 beside one message (SCM_MAX_FD), of which a Queue may need one for itself.
inline constexpr std::size_t most_descriptors = 252;

/// The bytes do not say what the reader expected: cut short, or never meant for it.
class DecodeError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Values that are their own bytes. Reader and writer run the same binary, so no byte order is
/// chosen; bool is apart, because a byte that is neither 0 nor 1 is no bool.
template <class T>
concept PlainBytes = (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) || std::is_enum_v<T>;

/// Builds a message front to back.
class Encoder {
 public:
  /// As they are; the reader has to know how many.
  void bytes(std::span<const std::byte> data) { message_.bytes.insert(message_.bytes.end(), data.begin(), data.end()); }
  /// A value that is its own bytes.
  void plain(PlainBytes auto value) { bytes(std::as_bytes(std::span{&value, 1})); }
  /// So many elements follow.
  void length(std::size_t n) { plain(n); }

  /// Sends another number for the same open file; the caller keeps its own. Its byte lets a reader count it.
  /// Throws std::length_error for more than `most_descriptors`.
  void descriptor(const Descriptor& d) {
    if (message_.descriptors.size() == most_descriptors)
      throw std::length_error{"a message carries at most 252 descriptors: send the rest in another"};
    message_.descriptors.push_back(d.duplicate());
    plain(std::byte{});
  }
  /// All of another message, with its descriptors.
  void append(const Message& other) {
    bytes(other.bytes);
    for (const Descriptor& d : other.descriptors) message_.descriptors.push_back(d.duplicate());
  }

  /// What was written; it is empty then.
  Message take() { return std::move(message_); }

 private:
  Message message_;
};

/// Reads a message front to back, and believes nothing it reads.
class Decoder {
 public:
  /// From its front.
  explicit Decoder(Message message) : message_{std::move(message)}, rest_{message_.bytes} {}
  Decoder(const Decoder&) = delete;

  /// So many bytes were not read yet.
  std::size_t left() const { return rest_.size(); }

  /// The next n. Throws DecodeError where there are fewer.
  std::span<const std::byte> bytes(std::size_t n) {
    if (n > left()) throw DecodeError{"a message ends in the middle of a value"};
    const auto piece = rest_.first(n);
    rest_ = rest_.subspan(n);
    return piece;
  }
  /// The next value. Throws DecodeError where the bytes end before it does.
  template <PlainBytes T>
  T plain() {
    T value;
    std::memcpy(&value, bytes(sizeof value).data(), sizeof value);
    return value;
  }

  /// A length is a claim: n elements of at least `element_size` bytes must still be there, or the
  /// reader would allocate what nobody sent.
  std::size_t length(std::size_t element_size = 1) {
    const auto n = plain<std::size_t>();
    if (n > left() / element_size) throw DecodeError{"a message claims more than it holds"};
    return n;
  }

  /// The next descriptor, once. Throws DecodeError where none came.
  Descriptor descriptor() {
    plain<std::byte>();
    if (next_descriptor_ == message_.descriptors.size())
      throw DecodeError{"a message speaks of a descriptor that did not come with it"};
    return std::move(message_.descriptors[next_descriptor_++]);
  }

 private:
  Message message_;
  std::span<const std::byte> rest_;
  std::size_t next_descriptor_ = 0;
};

}  // namespace mp
