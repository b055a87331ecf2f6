#pragma once
/// \file
/// Calls that can be sent: a function and its arguments as a message that any process running the
/// same binary can carry out.
///
/// Python sends the *name* of a function and looks it up on the other side. So do we. Naming a
/// task anywhere in the program (`pack(f, …)` is enough) enrols it before main, in every process
/// that runs the binary; an address would be wrong as soon as the loader moved the code.

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <typeinfo>

#include "common/pickle/codec.hpp"

namespace mp {

/// A plain function as a task: `fn<work>`. Its type names the function, so it pickles to nothing.
template <auto function>
struct Fn {
  /// Calls the function, in this process.
  template <class... Args>
  requires std::invocable<decltype(function), Args...>
  decltype(auto) operator()(Args&&... args) const { return std::invoke(function, std::forward<Args>(args)...); }
};
/// What is written where a task is made: `pool.map(mp::fn<work>, numbers)`.
template <auto function>
inline constexpr Fn<function> fn{};

/// How an argument is kept until the call: by value, as `std::thread` does; text as a string,
/// because a pointer to it would not survive the journey.
template <class T>
using Kept =
    std::conditional_t<std::is_convertible_v<std::decay_t<T>, const char*> && std::is_pointer_v<std::decay_t<T>>,
                       std::string, std::decay_t<T>>;

/// Carries out a call: arguments from the first, the result, if it has one that can be written,
/// to the second.
using Entry = void (*)(Decoder&, Encoder&);

/// Remembers a task under its name; two different tasks of one name end the program at once.
bool enrol(const char* name, Entry entry);

/// The task of that name; throws DecodeError where this binary has none.
Entry find_task(std::string_view name);

/// Tells one build of a program from another (the ELF build id, in hex). Peers compare it first:
/// two builds may use one name for different layouts.
const std::string& build_id();

/// One kind of call, known to every process that runs this binary.
template <class F, class... Args>
struct Call {
  static void carry_out(Decoder& in, Encoder& out) {
    auto call = decode<std::tuple<F, Args...>>(in);
    using Result = decltype(std::apply(invoke, std::move(call)));
    if constexpr (std::is_void_v<Result>)
      std::apply(invoke, std::move(call));
    else if constexpr (Inheritable<std::remove_cvref_t<Result>>)
      encode<std::remove_cvref_t<Result>>(out, std::apply(invoke, std::move(call)));
    else
      (void)std::apply(invoke, std::move(call));
  }
  static constexpr auto invoke = [](auto&&... parts) -> decltype(auto) {
    return std::invoke(std::forward<decltype(parts)>(parts)...);
  };
  static const char* name() { return typeid(Call).name(); }
  inline static const bool enrolled = enrol(name(), &carry_out);
};

/// The call `f(args…)` as a message. Throws what the codecs of the arguments throw.
template <class F, class... Args>
Message pack(const F& f, const Args&... args) {
  (void)&Call<F, Args...>::enrolled;  // naming it is what enrols it
  Encoder out;
  encode(out, std::string{Call<F, Args...>::name()});
  (encode(out, f), ..., encode(out, args));
  return out.take();
}

/// Carries out a packed call here and now, and returns its result, written; what the task throws comes out.
Message run_packed(Decoder& call);

// ---- why something cannot be sent, said by the compiler in one line ----

/// Does it hide what it holds?
template <class T>
inline constexpr bool is_std_function = false;
template <class R, class... A>
inline constexpr bool is_std_function<std::function<R(A...)>> = true;

template <Crossing needed, class First, class... Rest>
consteval auto find_offender(std::tuple<First, Rest...>*);
/// The first part that stops a type from crossing, found through containers and structs; void if none.
template <Crossing needed, class T>
consteval auto find_offender(std::type_identity<T>) {
  if constexpr (crossing_of<T> >= needed)
    return std::type_identity<void>{};
  else if constexpr (requires { typename Codec<T>::parts; })
    return find_offender<needed>(static_cast<typename Codec<T>::parts*>(nullptr));
  else
    return std::type_identity<T>{};
}
/// Of several parts, the first.
template <Crossing needed, class First, class... Rest>
consteval auto find_offender(std::tuple<First, Rest...>*) {
  if constexpr (crossing_of<First> < needed)
    return find_offender<needed>(std::type_identity<std::remove_cv_t<First>>{});
  else
    return find_offender<needed>(static_cast<std::tuple<Rest...>*>(nullptr));
}
/// The part of T that stops it; void if none.
template <class T, Crossing needed>
using Offender = typename decltype(find_offender<needed>(std::type_identity<T>{}))::type;

/// Fails to compile, with one message, unless T is void.
template <class T>
consteval void refuse() {
  if constexpr (std::is_void_v<T>) {
  } else if constexpr (crossing_of<T> == Crossing::inheritance) {
    static_assert(!sizeof(T), "this object can only be shared through inheritance: make it an argument of a Process");
  } else if constexpr (std::is_function_v<std::remove_pointer_t<T>>) {
    static_assert(!sizeof(T),
                  "a function's address means nothing in another program run: write mp::fn<f> instead of f");
  } else if constexpr (std::is_pointer_v<T>) {
    static_assert(!sizeof(T), "a raw pointer means nothing in another process: send the value it points to");
  } else if constexpr (is_std_function<T>) {
    static_assert(!sizeof(T), "a std::function hides what it holds: send a named function, mp::fn<f>");
  } else if constexpr (requires { &T::operator(); }) {
    static_assert(!sizeof(T),
                  "a lambda that captures cannot be sent: pass what it needs as arguments, or start by fork");
  } else {
    static_assert(!sizeof(T),
                  "this type cannot be sent to another process: name its fields in mp::fields<T>, send a part that "
                  "can, or start by fork");
  }
}

/// Can the call be an argument of a Process?
template <class F, class... Args>
inline constexpr bool can_be_inherited = (Inheritable<F> && ... && Inheritable<Args>);

}  // namespace mp
