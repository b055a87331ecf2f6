// Wrong: a lock for threads: each process has a copy of it.
// loses: together last_piece notes carried survives
// says: undid the others' work
#include <mutex>
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
std::mutex mutex;

long pieces(const Stock& stock, const std::string& item) { return stock.contains(item) ? stock.get(item) : 0; }
}  // namespace

bool take(const Stock& stock, const std::string& item, long n) {
  const std::scoped_lock held{mutex};
  const long there = stock.get(item);
  if (there < n) return false;
  stock.set(item, there - n);
  return true;
}

void deliver(const Stock& stock, const std::string& item, long n) {
  const std::scoped_lock held{mutex};
  stock.set(item, pieces(stock, item) + n);
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
  const std::scoped_lock held{mutex};
  auto places = shelves.contains(item) ? shelves.get(item) : std::vector<std::string>{};
  places.push_back(place);
  shelves.set(item, places);
}
