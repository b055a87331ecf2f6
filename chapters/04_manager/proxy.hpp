#pragma once
/// \file
/// Proxies: what a client has of an object that lives in a manager's server.

#include "04_manager/server.hpp"
#include "common/pickle/task.hpp"

namespace mp {

/// The object that a call is for: a number on the way, in the server the object itself.
template <class T>
struct Target {
  ObjectId id;
  std::shared_ptr<Object> object = {};
};
template <class T>
struct Codec<Target<T>> {
  static constexpr Crossing crossing = Crossing::anywhere;
  static void encode(Encoder& out, const Target<T>& target) { out.plain(target.id); }
  static Target<T> decode(Decoder& in) { return {0, find_object(in.plain<ObjectId>(), typeid(T))}; }
};

/// A call of F on an object of type T; it runs in the server, which makes one call at a time, unless the type says that
/// it can be called by several threads at once: `static constexpr bool locks_itself = true;`
template <class T, Stateless F>
struct On {
  auto operator()(Target<T> on, auto&&... args) const {
    Session::here->answered.clear();
    std::unique_lock held{on.object->mutex, std::defer_lock};
    if constexpr (!requires { T::locks_itself; }) held.lock();
    return std::invoke(F{}, static_cast<ObjectOf<T>&>(*on.object).value, std::forward<decltype(args)>(args)...);
  }
};

/// Makes an object of type T; it runs in the server.
template <class T>
struct Make {
  auto operator()(auto&&... args) const {
    return add_object(std::make_shared<ObjectOf<T>>(std::forward<decltype(args)>(args)...));
  }
};

/// Has a packed call made by the server at that address, and returns its result, written. Over a connection of this
/// thread's own, which ends with it, or when it forks, in the child. Blocks as long as the call takes. Throws what the
/// call throws, see Remote; EndOfFile or BrokenPipe when the server dies or has no room for a thread, std::system_error
/// when it has died before. Where it throws halfway the connection is closed, and the thread's locks go with it.
Message ask(const std::string& address, const Message& call);

// clang-format off
/// The methods that proxies of a class have, named in the class: `MP_METHODS(deposit, balance)`. What they take and
/// return is what its own do, as copies.
#define MP_METHODS(...) template <class P> struct Methods { MP_REPEAT(MP_EACH(__VA_ARGS__)) };
/// \cond
#define MP_METHOD(name) auto name(const auto&... args) const { \
  return static_cast<const P*>(this)->call([](auto& object, auto&&... values) { \
    return object.name(std::forward<decltype(values)>(values)...); }, args...); }
// clang-format on
// A macro does not expand itself; a scan for each of the names does.
#define MP_EACH(name, ...) MP_METHOD(name) __VA_OPT__(MP_AGAIN MP_PARENTHESES(__VA_ARGS__))
#define MP_AGAIN() MP_EACH
#define MP_PARENTHESES ()
#define MP_REPEAT(...) MP_THRICE(MP_THRICE(MP_THRICE(__VA_ARGS__)))
#define MP_THRICE(...) MP_SCAN(MP_SCAN(MP_SCAN(__VA_ARGS__)))
#define MP_SCAN(...) __VA_ARGS__
/// \endcond

template <class T, class P>
struct MethodsOf {};
template <class T, class P>
requires requires { typename T::template Methods<P>; }
struct MethodsOf<T, P> : T::template Methods<P> {};

/// A handle of an object of type T in a manager's server. Copies are handles of the same, in this process, in a forked
/// child, or in whatever process a message takes them to; keep one until it has arrived. With the last one the object
/// goes, and so it does when the last process that has one is killed; at the latest, with the manager. One that came
/// out of another object stays until that thread's next call.
///
/// Each call is a message there and one back, and blocks until the object is free and the call done. It throws what the
/// call throws, with its type (see Remote), and EndOfFile, BrokenPipe or std::system_error when the server is gone.
/// Arguments travel as what you write: name the type where you would write braces. What runs in the server must not
/// call its own object by a proxy: it would wait for itself.
///
/// \python{multiprocessing.managers.BaseProxy}
template <class T>
class Proxy : public MethodsOf<T, Proxy<T>> {
 public:
  /// Of an object that the server of `address` keeps while `reference` is open.
  Proxy(std::string address, ObjectId id, Descriptor reference)
      : address_{std::move(address)}, id_{id}, reference_{std::make_shared<Descriptor>(std::move(reference))} {}

  /// Calls `f(object, args…)` in the server, while nobody else can call the object, and returns a copy of the result. f
  /// is a lambda that captures nothing, or `mp::fn<&T::method>`: its name travels, and the arguments as copies.
  /// `account.call(mp::fn<&Account::deposit>, 100)` is checked by the compiler like any call.
  template <Stateless F, class... Args>
  auto call(F, const Args&... args) const requires std::invocable<F, T&, Kept<Args>...> {
    using Result = std::decay_t<std::invoke_result_t<F, T&, Kept<Args>...>>;
    (refuse<Offender<Kept<Args>, Crossing::anywhere>>(), ..., refuse<Offender<Result, Crossing::anywhere>>());
    Message result = ask(address_, pack(On<T, F>{}, Target<T>{id_}, Kept<Args>(args)...));
    if constexpr (!std::is_void_v<Result>) return unpickled<Result>(std::move(result));
  }

 private:
  template <class>
  friend struct Codec;
  std::string address_;
  ObjectId id_;
  std::shared_ptr<const Descriptor> reference_;  // keeps the object there
};

/// Bytes alone, so that it may go anywhere; whoever reads them gets a reference of its own from the server.
template <class T>
struct Codec<Proxy<T>> {
  static constexpr Crossing crossing = Crossing::anywhere;
  static void encode(Encoder& out, const Proxy<T>& proxy) {
    mp::encode(out, std::pair{proxy.address_, proxy.id_});
    if (Session::here) Session::here->answered.push_back(proxy.reference_);
  }
  static Proxy<T> decode(Decoder& in) {
    const auto [address, id] = mp::decode<std::pair<std::string, ObjectId>>(in);
    return {address, id, unpickled<Descriptor>(ask(address, pack(fn<refer_to>, id)))};
  }
};

}  // namespace mp
