// Wrong: lists a new item by a message of its own.
// loses: survives
// says: the cellar had: hooks 0
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

bool take(const Stock& stock, const std::string& item, long n) {
  const auto take_there = [](mp::Dict<std::string, long>& all, std::string wanted, long number) {
    const long there = all.get(wanted);  // throws where there is none; `update` would list it
    if (there < number) return false;
    all.set(wanted, there - number);
    return true;
  };
  return stock.call(take_there, item, n);  // one message: nobody comes in between, not even our death
}

void deliver(const Stock& stock, const std::string& item, long n) {
  const auto add = [](long& there, long more) { there += more; };
  stock.update(item, add, 0L);
  stock.update(item, add, n);
}

bool carry(const Stock& from, const Stock& to, const std::string& item, long n) {
  if (!take(from, item, n)) return false;  // first: what is on the way, nobody can take twice
  try {
    deliver(to, item, n);
  } catch (...) {
    deliver(from, item, n);
    throw;
  }
  return true;
}

void note(const Shelves& shelves, const std::string& item, const std::string& place) {
  // there, and not on a copy that `get` would bring here
  const auto add = [](std::vector<std::string>& places, std::string one_more) { places.push_back(one_more); };
  shelves.update(item, add, place);
}
