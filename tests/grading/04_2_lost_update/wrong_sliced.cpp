// Wrong: catches the error by its base, and throws that: the error is sliced.
// loses: gone
// says: carry threw another error
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

// Each is one call in the server, where nobody can come in between.

bool take(const Stock& stock, const std::string& item, long n) {
  return stock.call(
      [](mp::Dict<std::string, long>& all, std::string name, long number) {
        const long there = all.get(name);  // throws before anything changes
        if (there < number) return false;
        all.set(name, there - number);
        return true;
      },
      item, n);
}

void deliver(const Stock& stock, const std::string& item, long n) {
  stock.update(
      item, [](long& there, long number) { there += number; }, n);
}

bool carry(const Stock& from, const Stock& to, const std::string& item, long n) {
  if (!take(from, item, n)) return false;
  try {
    deliver(to, item, n);
  } catch (const std::exception& error) {
    deliver(from, item, n);
    throw error;
  }
  return true;
}

void note(const Shelves& shelves, const std::string& item, const std::string& place) {
  shelves.update(
      item, [](std::vector<std::string>& places, std::string one) { places.push_back(std::move(one)); }, place);
}
