// Wrong: the lock is held for each message alone, and free between reading and writing.
// loses: together last_piece notes carried survives
// says: undid the others' work
// racy: yes
#include <mutex>
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

/// The lock; who died with it has set one number, or has not.
std::unique_lock<mp::Lock> hold() {
  for (;;) {
    try {
      return std::unique_lock{lock};
    } catch (const mp::OwnerDied&) {
      lock.recover([] {});
    }
  }
}

long pieces(const Stock& stock, const std::string& item) { return stock.contains(item) ? stock.get(item) : 0; }
}  // namespace

bool take(const Stock& stock, const std::string& item, long n) {
  const long there = (hold(), stock.get(item));
  if (there < n) return false;
  hold(), stock.set(item, there - n);
  return true;
}

void deliver(const Stock& stock, const std::string& item, long n) {
  const long there = (hold(), pieces(stock, item));
  hold(), stock.set(item, there + n);
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
  auto places = (hold(), shelves.contains(item)) ? (hold(), shelves.get(item)) : std::vector<std::string>{};
  places.push_back(place);
  hold(), shelves.set(item, places);
}
