#pragma once
/// \file
/// Ranges that are read side by side.

#include <limits>
#include <ranges>
#include <tuple>
#include <vector>

namespace mp {

/// Goes through ranges side by side, until the shortest ends. Not to be copied: its iterators are of its own views.
template <std::ranges::view... Views>
class Together {
 public:
  /// Of one call.
  using Arguments = std::tuple<std::ranges::range_value_t<Views>...>;  // of one call
  /// One range for each argument.
  explicit Together(Views... views)
      : views_{std::move(views)...},
        at_{std::apply([](auto&... view) { return std::tuple{std::ranges::subrange{view}...}; }, views_)} {}

  /// The next n, or as many as there are.
  std::vector<Arguments> take(long n = std::numeric_limits<long>::max()) {
    std::vector<Arguments> taken;
    for (; n > 0 && std::apply([](auto&... at) { return (!at.empty() && ...); }, at_); --n) {
      taken.push_back(std::apply([](auto&... at) { return Arguments{*at.begin()...}; }, at_));
      std::apply([](auto&... at) { (at.advance(1), ...); }, at_);
    }
    return taken;
  }

 private:
  std::tuple<Views...> views_;
  std::tuple<std::ranges::subrange<std::ranges::iterator_t<Views>, std::ranges::sentinel_t<Views>>...> at_;
};

}  // namespace mp
