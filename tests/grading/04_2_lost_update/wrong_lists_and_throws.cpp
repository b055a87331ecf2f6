// Wrong: throws for an item that is not listed, but update has listed it by then.
// loses: unknown
// says: An item must not be listed because somebody
#include <stdexcept>
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
  const bool known = stock.contains(item);
  const auto take_there = [](long& there, long number) {
    if (there < number) return false;
    there -= number;
    return true;
  };
  const bool done = stock.update(item, take_there, n);
  if (!known) throw std::out_of_range{item + " is not listed"};
  return done;
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
  const auto add = [](std::vector<std::string>& places, std::string one_more) { places.push_back(one_more); };
  shelves.update(item, add, place);
}
