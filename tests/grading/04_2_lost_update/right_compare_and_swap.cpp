// Right: reads, thinks here, and writes only if nobody has come in between.
#include <string>
#include <vector>

#include "04_manager/manager.hpp"

using Stock = mp::Proxy<mp::Dict<std::string, long>>;
using Shelves = mp::Proxy<mp::Dict<std::string, std::vector<std::string>>>;
bool take(const Stock& stock, const std::string& item, long n);
void deliver(const Stock& stock, const std::string& item, long n);
bool carry(const Stock& from, const Stock& to, const std::string& item, long n);
void note(const Shelves& shelves, const std::string& item, const std::string& place);

namespace {
/// Writes where `seen` stands still; whether it does.
template <class T>
bool swapped(const mp::Proxy<mp::Dict<std::string, T>>& dict, const std::string& item, const T& seen, const T& wanted) {
  const auto swap_there = [](T& now, T old, T next) {
    if (now != old) return false;
    now = next;
    return true;
  };
  return dict.update(item, swap_there, seen, wanted);
}
}  // namespace

bool take(const Stock& stock, const std::string& item, long n) {
  for (;;) {
    const long there = stock.get(item);
    if (there < n) return false;
    if (swapped(stock, item, there, there - n)) return true;
  }
}

void deliver(const Stock& stock, const std::string& item, long n) {
  for (;;) {
    const long there = stock.contains(item) ? stock.get(item) : 0;
    if (swapped(stock, item, there, there + n)) return;
  }
}

bool carry(const Stock& from, const Stock& to, const std::string& item, long n) {
  if (!take(from, item, n)) return false;
  try {
    deliver(to, item, n);
  } catch (...) {
    deliver(from, item, n);
    throw;
  }
  return true;
}

void note(const Shelves& shelves, const std::string& item, const std::string& place) {
  for (;;) {
    const auto places = shelves.contains(item) ? shelves.get(item) : std::vector<std::string>{};
    auto more = places;
    more.push_back(place);
    if (swapped(shelves, item, places, more)) return;
  }
}
