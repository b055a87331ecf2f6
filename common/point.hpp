#pragma once
/// \file
/// Named points of a program, where a rare schedule can be made to happen every time.

#include <atomic>
#include <functional>
#include <string_view>

namespace mp {

/// Who wants to hear of points: a test that kills its process there, a step that shows what is lost then.
inline std::atomic<const std::function<void(std::string_view)>*> at_point = nullptr;

/// Nothing at all, unless somebody listens.
inline void point(std::string_view name) {
  if (const auto* listener = at_point.load(std::memory_order_relaxed)) (*listener)(name);
}

}  // namespace mp
