#pragma once
/// \file
/// Chunks: several calls that travel as one message, because a message costs as much as many small calls.

#include <ranges>

#include "05_pool/async_result.hpp"

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

/// Fails to compile, and says why, where F, an argument or the result cannot go to a pool.
template <class F, class Result, class... Args>
consteval bool can_go_to_a_pool() {
  refuse<Offender<F, Crossing::anywhere>>(), refuse<Offender<Result, Crossing::anywhere>>();
  (refuse<Offender<Args, Crossing::anywhere>>(), ...);
  return Picklable<F> && Picklable<Result> && (Picklable<Args> && ...);
}

/// Goes through ranges side by side, until the shortest ends. If `spread`, each element is a tuple or a pair that has
/// several arguments.
template <bool spread, std::ranges::view... Views>
class Together {
  static auto arguments(auto&&... elements) {
    if constexpr (spread)
      return std::apply([](auto&&... part) { return std::tuple{part...}; }, elements...);
    else
      return std::tuple<std::ranges::range_value_t<Views>...>{elements...};
  }

 public:
  using Arguments = decltype(arguments(std::declval<std::ranges::range_value_t<Views>>()...));  // of one call
  explicit Together(Views... views) : views_{std::move(views)...} {}
  Together(const Together&) = delete;  // its iterators are of its own views

  /// The next n, or as many as there are.
  std::vector<Arguments> take(long n = std::numeric_limits<long>::max()) {
    std::vector<Arguments> taken;
    for (; n > 0 && std::apply([](auto&... at) { return ((at.first != at.second) && ...); }, at_); --n) {
      taken.push_back(std::apply([](auto&... at) { return arguments(*at.first...); }, at_));
      std::apply([](auto&... at) { (void(++at.first), ...); }, at_);
    }
    return taken;
  }

 private:
  std::tuple<Views...> views_;
  std::tuple<std::pair<std::ranges::iterator_t<Views>, std::ranges::sentinel_t<Views>>...> at_ = std::apply(
      [](auto&... view) {
        return std::make_tuple(std::pair{std::ranges::begin(view), std::ranges::end(view)}...);
      },
      views_);
};

/// How many calls a chunk has, unless you say otherwise: so many that each worker gets four chunks. Zero for none.
inline long default_chunksize(long calls, int workers) { return (calls + 4 * workers - 1) / (4 * workers); }

}  // namespace mp
