#pragma once
/// \file
/// Chunks: several calls that travel as one message, because a message costs as much as many small calls.

#include "05_pool/async_result.hpp"
#include "common/ranges.hpp"

namespace mp {

/// What f(args…) gives a pool: true, if f returns nothing.
template <class F, class... Args>
using ResultOf = std::conditional_t<std::is_void_v<std::invoke_result_t<const F&, Args...>>, bool,
                                    std::remove_cvref_t<std::invoke_result_t<const F&, Args...>>>;

/// A chunk of calls of an F, as a task. It stops at the first that throws.
template <class F, class Arguments>
struct Calls;
template <class F, class... Args>
struct Calls<F, std::tuple<Args...>> {
  using Result = ResultOf<F, Args...>;
  /// Fails to compile, and says why, where F, an argument or the result cannot go to another process.
  static consteval void refuse_what_cannot_go() {
    refuse<Offender<F, Crossing::anywhere>>(), refuse<Offender<Result, Crossing::anywhere>>();
    (refuse<Offender<Args, Crossing::anywhere>>(), ...);
  }

  std::vector<Result> operator()(const F& f, std::vector<std::tuple<Args...>> chunk) const {
    std::vector<Result> results;
    for (auto& arguments : chunk)
      if constexpr (std::is_void_v<std::invoke_result_t<const F&, Args...>>)
        std::apply(f, std::move(arguments)), results.push_back(true);
      else
        results.push_back(std::apply(f, std::move(arguments)));
    return results;
  }
};

/// The ranges, side by side. Fails to compile where F cannot be called in another process with what is in them.
template <class F, class... Ranges>
auto together(Ranges&&... ranges) {
  using All = Together<std::views::all_t<Ranges>...>;
  if constexpr (!std::is_void_v<F>) Calls<F, typename All::Arguments>::refuse_what_cannot_go();
  return std::make_shared<All>(std::views::all(std::forward<Ranges>(ranges))...);
}

/// Calls act(options, up to three ranges together). A braced list of options takes the place of the first range that is
/// not there: that is what the ranges' default type is for.
template <class F, class Options, class A, class B, class C>
auto over(auto act, const Options& options, A&& a, B&& b, C&& c) {
  if constexpr (!std::same_as<std::decay_t<C>, Options>)
    return act(options, together<F>(std::forward<A>(a), std::forward<B>(b), std::forward<C>(c)));
  else if constexpr (!std::same_as<std::decay_t<B>, Options>)
    return act(c, together<F>(std::forward<A>(a), std::forward<B>(b)));
  else
    return act(b, together<F>(std::forward<A>(a)));
}

/// How many calls a chunk has, unless you say otherwise: so many that each worker gets four chunks. Zero for none.
inline long default_chunksize(long calls, long workers) { return (calls + 4 * workers - 1) / (4 * workers); }

/// What a range-for needs of a source whose `next` gives an optional.
template <class Source>
struct ResultIterator {
  Source* of;                                    ///< who gives them
  decltype(std::declval<Source>().next()) here;  ///< nothing: at the end
  /// The one it stands at.
  auto& operator*() { return *here; }
  /// Waits for the next, as `next` does.
  void operator++() { here = of->next(); }
  /// Is it at the end?
  bool operator==(std::default_sentinel_t) const { return !here; }
};

}  // namespace mp
