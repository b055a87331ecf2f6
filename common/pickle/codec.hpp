#pragma once
/// \file
/// How values become bytes and come back, and which values may cross at all.
///
/// A codec says three things of a type: how it is written, how it is read, and how far it may
/// travel. How far a container travels is what its parts allow, so the check is deep:
/// `vector<optional<mutex>>` stays at home, and the compiler says so.
///
/// A struct joins in one line, naming its fields:
/// \code
/// struct Point { int x, y; };
/// template <> inline constexpr auto mp::fields<Point> = std::tuple{&Point::x, &Point::y};
/// \endcode

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "common/pickle/message.hpp"

namespace mp {

/// How far a value may travel.
enum class Crossing {
  nowhere,      ///< it means something only where it is: a mutex, a pointer, a thread
  inheritance,  ///< as an argument of a Process: it needs descriptors beside its bytes
  anywhere,     ///< as bytes alone: to a pool, a file, another machine
};

/// Specialise for a type that can cross: `encode(Encoder&, const T&)`, `decode(Decoder&)`, and either
/// `crossing` or, for what is made of other values, `parts`: a tuple of their types.
template <class T>
struct Codec {
  static constexpr Crossing crossing = Crossing::nowhere;
};

/// The fields of a struct that can cross: a tuple of member pointers.
template <class T>
inline constexpr auto fields = nullptr;

/// How far T travels: as far as the part of it that travels least.
template <class T>
consteval Crossing how_far() {
  if constexpr (requires { typename Codec<T>::parts; })
    return []<class... Parts>(std::tuple<Parts...>*) {
      return std::min({Crossing::anywhere, how_far<std::remove_cv_t<Parts>>()...});
    }(static_cast<typename Codec<T>::parts*>(nullptr));
  else
    return Codec<T>::crossing;
}
/// How far T travels.
template <class T>
inline constexpr Crossing crossing_of = how_far<T>();

/// May go anywhere, as bytes.
template <class T>
concept Picklable = crossing_of<T>
== Crossing::anywhere;

/// May be an argument of a Process, however that is started. \python{multiprocessing, programming-guidelines}
template <class T>
concept Inheritable = crossing_of<T>
!= Crossing::nowhere;

/// As the codec of T does. Throws what that throws.
template <class T>
void encode(Encoder& out, const T& value) {
  Codec<T>::encode(out, value);
}
/// The next value, which is a T. Throws DecodeError where the bytes are none.
template <class T>
T decode(Decoder& in) {
  return Codec<T>::decode(in);
}

/// A value as a message of its own. Throws what its codec throws.
template <class T>
Message pickled(const T& value) {
  Encoder out;
  encode(out, value);
  return out.take();
}
/// The value that is all of a message; throws DecodeError where the message says less, or more.
template <class T>
T unpickled(Message message) {
  Decoder in{std::move(message)};
  T value = decode<T>(in);
  if (in.left() != 0) throw DecodeError{"a message holds more than the value that was asked for"};
  return value;
}

/// The same of a message that may not have come. In place: a T that is an optional itself must not merge with it.
template <class T>
std::optional<T> unpickled_if_any(std::optional<Message> message) {
  if (!message) return std::nullopt;
  return std::optional<T>{std::in_place, unpickled<T>(std::move(*message))};
}

// ---- values that are their own bytes, or none ----

template <PlainBytes T>
struct Codec<T> {
  static constexpr Crossing crossing = Crossing::anywhere;
  static void encode(Encoder& out, T value) { out.plain(value); }
  static T decode(Decoder& in) { return in.plain<T>(); }
};

template <>
struct Codec<bool> {
  static constexpr Crossing crossing = Crossing::anywhere;
  static void encode(Encoder& out, bool value) { out.plain<unsigned char>(value ? 1 : 0); }
  static bool decode(Decoder& in) {
    const auto byte = in.plain<unsigned char>();
    if (byte > 1) throw DecodeError{"a message holds a bool that is neither true nor false"};
    return byte == 1;
  }
};

/// A type of which `fields` says what it consists of: it is pickled field by field.
template <class T>
concept HasFields = !std::is_same_v<decltype(fields<T>), const std::nullptr_t>;

/// A value without state, such as a lambda that captures nothing: its type says it all.
template <class T>
concept Stateless =
    std::is_class_v<T> && std::is_empty_v<T> && std::is_trivially_default_constructible_v<T> && !HasFields<T>;

template <Stateless T>
struct Codec<T> {
  static constexpr Crossing crossing = Crossing::anywhere;
  static void encode(Encoder&, const T&) {}
  static T decode(Decoder&) { return T{}; }
};

template <class Rep, class Period>
struct Codec<std::chrono::duration<Rep, Period>> {
  using parts = std::tuple<Rep>;
  static void encode(Encoder& out, std::chrono::duration<Rep, Period> d) { mp::encode(out, d.count()); }
  static auto decode(Decoder& in) { return std::chrono::duration<Rep, Period>{mp::decode<Rep>(in)}; }
};

/// A descriptor crosses only beside a message: by inheritance.
template <>
struct Codec<Descriptor> {
  static constexpr Crossing crossing = Crossing::inheritance;
  static void encode(Encoder& out, const Descriptor& d) { out.descriptor(d); }
  static Descriptor decode(Decoder& in) { return in.descriptor(); }
};

// ---- a fixed number of parts ----

template <class... Parts>
struct Codec<std::tuple<Parts...>> {
  using parts = std::tuple<Parts...>;
  static void encode(Encoder& out, const std::tuple<Parts...>& parts) {
    std::apply([&](const Parts&... part) { (mp::encode(out, part), ...); }, parts);
  }
  static std::tuple<Parts...> decode([[maybe_unused]] Decoder& in) {
    return std::tuple<Parts...>{mp::decode<Parts>(in)...};  // braces: read in this order
  }
};

template <class A, class B>
struct Codec<std::pair<A, B>> {
  using parts = std::tuple<A, B>;
  static void encode(Encoder& out, const std::pair<A, B>& both) {
    mp::encode<std::remove_const_t<A>>(out, both.first);
    mp::encode<B>(out, both.second);
  }
  static std::pair<A, B> decode(Decoder& in) { return {mp::decode<std::remove_const_t<A>>(in), mp::decode<B>(in)}; }
};

template <class T, std::size_t n>
struct Codec<std::array<T, n>> {
  using parts = std::tuple<T>;
  static void encode(Encoder& out, const std::array<T, n>& items) {
    for (const T& item : items) mp::encode(out, item);
  }
  static std::array<T, n> decode(Decoder& in) {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return std::array<T, n>{((void)i, mp::decode<T>(in))...};
    }
    (std::make_index_sequence<n>{});
  }
};

/// \cond
// The types of a struct's fields, as a tuple.
template <class T>
using FieldTypes = std::remove_pointer_t<decltype(std::apply(
    [](auto... member) {
      return static_cast<std::tuple<std::remove_cvref_t<decltype(std::declval<T&>().*member)>...>*>(nullptr);
    },
    fields<T>))>;
/// \endcond

template <HasFields T>
struct Codec<T> {
  using parts = FieldTypes<T>;
  static void encode(Encoder& out, const T& value) {
    std::apply([&](auto... member) { (mp::encode(out, value.*member), ...); }, fields<T>);
  }
  static T decode(Decoder& in) {
    T value{};
    std::apply(
        [&](auto... member) { ((value.*member = mp::decode<std::remove_cvref_t<decltype(value.*member)>>(in)), ...); },
        fields<T>);
    return value;
  }
};

// ---- one of several ----

template <class T>
struct Codec<std::optional<T>> {
  using parts = std::tuple<T>;
  static void encode(Encoder& out, const std::optional<T>& value) {
    mp::encode(out, value.has_value());
    if (value) mp::encode(out, *value);
  }
  static std::optional<T> decode(Decoder& in) {
    if (!mp::decode<bool>(in)) return std::nullopt;
    return mp::decode<T>(in);
  }
};

template <class... Choices>
struct Codec<std::variant<Choices...>> {
  using Variant = std::variant<Choices...>;
  using parts = std::tuple<Choices...>;
  static void encode(Encoder& out, const Variant& value) {
    out.length(value.index());
    std::visit([&]<class T>(const T& chosen) { mp::encode<T>(out, chosen); }, value);
  }
  static Variant decode(Decoder& in) {
    const auto index = in.plain<std::size_t>();
    if (index >= sizeof...(Choices)) throw DecodeError{"a message chooses what its variant does not offer"};
    return choose(in, index, std::index_sequence_for<Choices...>{});
  }

 private:
  template <std::size_t... i>
  static Variant choose(Decoder& in, std::size_t index, std::index_sequence<i...>) {
    using Read = Variant (*)(Decoder&);
    constexpr Read readers[] = {[](Decoder& from) {
      return Variant{std::in_place_index<i>, mp::decode<std::variant_alternative_t<i, Variant>>(from)};
    }...};
    return readers[index](in);
  }
};

// ---- any number of parts ----

/// vector, set, map and their kin: elements one after the other, behind their number.
template <class T>
concept Collection = requires(T all, typename T::value_type one) {
  all.size();
  all.insert(all.end(), std::move(one));
};

template <Collection T>
struct Codec<T> {
  using Element = typename T::value_type;
  using parts = std::tuple<Element>;
  static constexpr std::array<std::byte, std::is_empty_v<Element>> behind{};  // each: no bytes prove no number
  static void encode(Encoder& out, const T& items) {
    out.length(items.size());
    for (const Element& item : items) mp::encode<Element>(out, item), out.bytes(behind);
  }
  static T decode(Decoder& in) {
    T items;
    for (auto n = in.length(); n > 0; --n) items.insert(items.end(), mp::decode<Element>(in)), in.bytes(behind.size());
    return items;
  }
};

/// Strings and vectors of numbers: one copy, no loop.
template <class Container>
struct BlockCodec {
  using Element = typename Container::value_type;
  static constexpr Crossing crossing = Crossing::anywhere;
  static void encode(Encoder& out, const Container& items) {
    out.length(items.size());
    out.bytes(std::as_bytes(std::span{items.data(), items.size()}));
  }
  static Container decode(Decoder& in) {
    Container items(in.length(sizeof(Element)), Element{});
    const auto data = in.bytes(items.size() * sizeof(Element));
    if (!data.empty()) std::memcpy(items.data(), data.data(), data.size());
    return items;
  }
};

template <>
struct Codec<std::string> : BlockCodec<std::string> {};
template <PlainBytes T>
struct Codec<std::vector<T>> : BlockCodec<std::vector<T>> {};

}  // namespace mp
