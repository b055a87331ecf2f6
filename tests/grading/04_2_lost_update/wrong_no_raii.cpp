// Wrong: locks and unlocks by hand: nobody unlocks when a call throws.
// loses: gone unknown
// says: the nails must go back
#include <string>
#include <vector>

#include "03_lock_value/lock.hpp"
#include "04_manager/manager.hpp"

using Stock = mp::Proxy<mp::Dict<std::string, long>>;
using Shelves = mp::Proxy<mp::Dict<std::string, std::vector<std::string>>>;
bool take(const Stock& stock, const std::string& item, long n);
void deliver(const Stock& stock, const std::string& item, long n);
bool carry(const Stock& from, const Stock& to, const std::string& item, long n);
void note(const Shelves& shelves, const std::string& item, const std::string& place);

namespace {
mp::Lock lock;  // made before any worker is forked

void hold() {
  for (;;) {
    try {
      return lock.lock();
    } catch (const mp::OwnerDied&) {
      lock.recover([] {});
    }
  }
}

long pieces(const Stock& stock, const std::string& item) { return stock.contains(item) ? stock.get(item) : 0; }
}  // namespace

bool take(const Stock& stock, const std::string& item, long n) {
  hold();
  const long there = stock.get(item);
  if (there >= n) stock.set(item, there - n);
  lock.unlock();
  return there >= n;
}

void deliver(const Stock& stock, const std::string& item, long n) {
  hold();
  stock.set(item, pieces(stock, item) + n);
  lock.unlock();
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
