// Wrong: takes, looks whether that was too much, and gives it back.
// loses: last_piece
// says: nails that somebody saw who looked while a worker was in the middle of take
// racy: yes
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
  (void)stock.get(item);
  const auto subtract = [](long& there, long number) { return there -= number; };
  const long left = stock.update(item, subtract, n);
  if (left < 0) deliver(stock, item, n);
  return left >= 0;
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
