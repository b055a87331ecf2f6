// Wrong: a semaphore for a lock: nobody gives back what a killed worker took.
// loses: survives
// says: cannot give back any more
#include <string>
#include <vector>

#include "03_lock_value/semaphore.hpp"
#include "04_manager/manager.hpp"

using Stock = mp::Proxy<mp::Dict<std::string, long>>;
using Shelves = mp::Proxy<mp::Dict<std::string, std::vector<std::string>>>;
bool take(const Stock& stock, const std::string& item, long n);
void deliver(const Stock& stock, const std::string& item, long n);
bool carry(const Stock& from, const Stock& to, const std::string& item, long n);
void note(const Shelves& shelves, const std::string& item, const std::string& place);

namespace {
mp::Semaphore semaphore{1};

struct Unit {
  Unit() { semaphore.acquire(); }
  ~Unit() { semaphore.release(); }
};

long pieces(const Stock& stock, const std::string& item) { return stock.contains(item) ? stock.get(item) : 0; }
}  // namespace

bool take(const Stock& stock, const std::string& item, long n) {
  const Unit held;
  const long there = stock.get(item);
  if (there < n) return false;
  stock.set(item, there - n);
  return true;
}

void deliver(const Stock& stock, const std::string& item, long n) {
  const Unit held;
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
  const auto add = [](std::vector<std::string>& places, std::string one_more) { places.push_back(one_more); };
  shelves.update(item, add, place);
}
