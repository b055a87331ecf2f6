#pragma once
/// \file
/// Handles of what lives in shared memory.

#include <memory>

#include "common/raw_array.hpp"

namespace mp {

/// A handle of one or more States in shared memory. A copy is another handle of the same; the memory goes with the last
/// handle in the last process, whoever is killed, for it has no name that could stay behind. It uses one descriptor.
template <class State>
class Handle {
 public:
  using Shared = State;
  explicit Handle(RawArray<State> memory) : memory_{new RawArray{std::move(memory)}, let_go} {}
  Handle(const Handle&) = default;  // and no move: no handle is ever empty
  Handle& operator=(const Handle&) = default;

 protected:
  explicit Handle(std::size_t n = 1) : Handle{RawArray<State>{n}} {}
  const RawArray<State>& memory() const { return *memory_; }
  State& state() const { return (*memory_)[0]; }

 private:
  template <class>
  friend struct Codec;

  static void let_go(const RawArray<State>* memory) {
    if constexpr (requires(State state) { state.let_go(); }) (*memory)[0].let_go();
    delete memory;
  }

  std::shared_ptr<const RawArray<State>> memory_;
};

/// A handle of something that has a guard: a lock, which is a handle as well.
template <class State, class GuardOfIt>
class Guarded : public Handle<State> {
 public:
  using Guard = GuardOfIt;
  Guarded(RawArray<State> memory, Guard guard) : Handle<State>{std::move(memory)}, guard_{guard} {}

 protected:
  explicit Guarded(std::size_t n = 1, Guard guard = Guard{}) : Handle<State>{n}, guard_{guard} {}
  Guard& guard() const { return guard_; }

 private:
  template <class>
  friend struct Codec;
  mutable Guard guard_;
};

template <class H>
concept IsHandle = std::derived_from<H, Handle<typename H::Shared>>;

/// All of them may be arguments of a Process, however it is started.
template <IsHandle H>
struct Codec<H> {
  static constexpr Crossing crossing = Crossing::inheritance;

  static void encode(Encoder& out, const H& handle) {
    mp::encode(out, handle.memory());
    if constexpr (requires { typename H::Guard; }) mp::encode(out, handle.guard());
  }
  static H decode(Decoder& in) {
    auto memory = mp::decode<RawArray<typename H::Shared>>(in);
    if constexpr (requires { typename H::Guard; })
      return H{std::move(memory), mp::decode<typename H::Guard>(in)};
    else
      return H{std::move(memory)};
  }
};

}  // namespace mp
