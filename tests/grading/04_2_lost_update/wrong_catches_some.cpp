// Wrong: knows but one of the errors that a manager that is gone may cause.
// loses: gone
// says: ended while the worker was in the middle of it
#include <string>
#include <system_error>
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
  } catch (const std::system_error&) {
    deliver(from, item, n);
    throw;
  }
  return true;
}

void note(const Shelves& shelves, const std::string& item, const std::string& place) {
  const auto add = [](std::vector<std::string>& places, std::string one_more) { places.push_back(one_more); };
  shelves.update(item, add, place);
}
