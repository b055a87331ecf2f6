// Wrong: update for an item that is listed, set for one that is not.
// loses: together survives
// says: hooks, which were not listed yet
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
  if (!stock.contains(item)) return stock.set(item, n);
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
