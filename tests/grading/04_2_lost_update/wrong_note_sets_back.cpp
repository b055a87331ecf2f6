// Wrong: gets the places, notes one more, and sets them all.
// loses: notes
// says: what they noted was overwritten
#include <string>
#include <vector>

#include "04_manager/manager.hpp"

using Stock = mp::Proxy<mp::Dict<std::string, long>>;
using Shelves = mp::Proxy<mp::Dict<std::string, std::vector<std::string>>>;
bool take(const Stock& stock, const std::string& item, long n);
void deliver(const Stock& stock, const std::string& item, long n);
bool carry(const Stock& from, const Stock& to, const std::string& item, long n);
void note(const Shelves& shelves, const std::string& item, const std::string& place);

bool take(const Stock& stock, const std::string& item, long n) {
  const auto take_there = [](mp::Dict<std::string, long>& all, std::string wanted, long number) {
    const long there = all.get(wanted);
    if (there < number) return false;
    all.set(wanted, there - number);
    return true;
  };
  return stock.call(take_there, item, n);
}

void deliver(const Stock& stock, const std::string& item, long n) {
  const auto add = [](long& there, long more) { there += more; };
  stock.update(item, add, n);
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
  auto places = shelves.contains(item) ? shelves.get(item) : std::vector<std::string>{};
  places.push_back(place);
  shelves.set(item, places);
}
