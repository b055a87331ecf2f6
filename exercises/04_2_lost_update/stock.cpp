// Exercise 04_2: mend this. Workers take from a stock and deliver to it, and some of what they do is lost.
#include <string>
#include <vector>

#include "04_manager/manager.hpp"

// What its users see; leave that as it is.

/// How many pieces there are of each item: a dict in a manager's server. Each call of it is whole by itself; between
/// two of them other processes may come.
using Stock = mp::Proxy<mp::Dict<std::string, long>>;
/// Where each item lies: the places, in the order in which they were noted.
using Shelves = mp::Proxy<mp::Dict<std::string, std::vector<std::string>>>;

/// Takes n pieces out, n > 0, if there are so many. Returns whether it did; if not, it has changed nothing, at no
/// moment. Throws std::out_of_range for an item that the stock does not list, and changes nothing then, either.
bool take(const Stock& stock, const std::string& item, long n);
/// Puts n pieces in, n > 0; lists the item if it is new.
void deliver(const Stock& stock, const std::string& item, long n);
/// Takes n pieces out of one stock and puts them into another, which may be the same one, or one of another manager.
/// Returns and throws as `take`. The two together never have more pieces than before, and have as many again
/// afterwards. If the second cannot have them, since its manager is gone, they go back, and the error goes to the
/// caller.
bool carry(const Stock& from, const Stock& to, const std::string& item, long n);
/// One more place where the item lies; lists the item if it is new.
void note(const Shelves& shelves, const std::string& item, const std::string& place);

namespace {

long pieces(const Stock& stock, const std::string& item) { return stock.contains(item) ? stock.get(item) : 0; }

}  // namespace

bool take(const Stock& stock, const std::string& item, long n) {
  const long there = pieces(stock, item);
  if (there < n) return false;
  stock.set(item, there - n);
  return true;
}

void deliver(const Stock& stock, const std::string& item, long n) { stock.set(item, pieces(stock, item) + n); }

bool carry(const Stock& from, const Stock& to, const std::string& item, long n) {
  if (!take(from, item, n)) return false;
  deliver(to, item, n);
  return true;
}

void note(const Shelves& shelves, const std::string& item, const std::string& place) {
  auto places = shelves.get(item);
  places.push_back(place);
}
