#pragma once
/// \file
/// What holds values in the server, which makes one call at a time on each. Their proxies have the methods that
/// MP_METHODS names.

#include <algorithm>
#include <any>
#include <map>

#include "04_manager/proxy.hpp"

namespace mp {

/// One value. \python{multiprocessing.managers.SyncManager.Value}
template <class T>
struct Cell {
  /// A copy of it.
  T load() { return value; }
  /// Takes the place of what is there.
  void store(T now) { value = std::move(now); }
  /// Calls `change(T&, args…)` in the server: one message, and nobody can come in between.
  auto update(auto change, auto... args) { return std::invoke(change, value, std::move(args)...); }

  T value;  ///< what it holds
  MP_METHODS(load, store, update)
};

/// Values by position. A negative one counts from the end; one beyond either end throws std::out_of_range. It is a
/// managed array, too, which never grows. \python{multiprocessing.managers.SyncManager.list}
template <class T>
struct List {
  /// A copy of the value, which does not change with it.
  T get(long i) { return *at(i); }
  /// Takes the place of the value there.
  void set(long i, T value) { *at(i) = std::move(value); }
  /// How many, just now.
  std::size_t size() { return all.size(); }
  /// All of them, at one moment.
  std::vector<T> copy() { return all; }

  /// At the end; the list grows by one.
  void append(T value) { all.push_back(std::move(value)); }
  /// Takes one out.
  T pop(long i = -1) {
    T value = std::move(*at(i));
    return all.erase(at(i)), value;
  }
  /// The last becomes the first.
  void reverse() { std::reverse(all.begin(), all.end()); }
  /// By `<`, smallest first.
  void sort() { std::sort(all.begin(), all.end()); }
  /// As Python's `l[from:to]`: without the last, and nothing is out of range.
  std::vector<T> slice(long from, long to) {
    const auto bound = [n = std::ssize(all)](long i) { return std::clamp(i < 0 ? i + n : i, 0L, n); };
    return {all.begin() + bound(from), all.begin() + std::max(bound(from), bound(to))};
  }

  /// The place of element i, from the end where i is negative. Throws std::out_of_range.
  auto at(long i) {
    const long n = std::ssize(all), place = i < 0 ? i + n : i;
    if (place < 0 || place >= n) throw std::out_of_range{"there is no value " + std::to_string(i) + " in the list"};
    return all.begin() + place;
  }
  std::vector<T> all;  ///< the elements
  MP_METHODS(get, set, size, copy, append, pop, reverse, sort, slice)
};

/// Values by key, and in which order the keys came. Each call is safe by itself; `d.set(k, d.get(k) + 1)` are two, and
/// somebody may come in between. \python{multiprocessing.managers.SyncManager.dict}
template <class K, class V>
struct Dict {
  /// A copy of the value, which does not change with it. Throws std::out_of_range where there is none.
  V get(K key) { return slots.contains(key) ? slots.at(key).second : throw std::out_of_range{"there is no such key"}; }
  /// Takes the place of the value there, or is new, and then the last.
  void set(K key, V value) { slot(key, value) = value; }
  /// Is there one, just now?
  bool contains(K key) { return slots.contains(key); }
  /// Was it there?
  bool erase(K key) { return slots.erase(key) > 0; }
  /// How many keys, just now.
  std::size_t size() { return slots.size(); }
  /// All of them, in the order in which the keys came, at one moment.
  std::vector<std::pair<K, V>> items() {
    std::map<long, std::pair<K, V>> ordered;
    for (const auto& [key, slot] : slots) ordered.emplace(slot.first, std::pair{key, slot.second});
    std::vector<std::pair<K, V>> items;
    for (const auto& [order, item] : ordered) items.push_back(item);
    return items;
  }
  /// Calls `change(V&, args…)` in the server, on a new value where there is none, which stays even if it throws: one
  /// message, and nobody can come in between.
  auto update(K key, auto change, auto... args) { return std::invoke(change, slot(key, V{}), std::move(args)...); }

  /// The value of `key`, which is there from now on.
  V& slot(const K& key, const V& at_first) {
    const auto [slot, is_new] = slots.try_emplace(key, last, at_first);
    last += is_new;
    return slot->second.second;
  }
  std::map<K, std::pair<long, V>> slots;  ///< the values, each with the number of its key: the order in which they came
  long last = 0;                          ///< that of the newest key
  MP_METHODS(get, set, contains, erase, size, items, update)
};

/// How often each was counted. Python's managers have none, whatever tutorials say. \python{collections.Counter}
template <class K>
struct Counter {
  /// 0 for what was never counted.
  long get(K key) { return counts.contains(key) ? counts[key] : 0; }
  /// Counts it n times more.
  void add(K key, long n = 1) { counts[key] += n; }
  /// All of these in one message: count at home, and send it once.
  void update(std::map<K, long> more) {
    for (const auto& [key, n] : more) counts[key] += n;
  }
  /// At most n of them, the most frequent first, and of the same number the lesser key.
  std::vector<std::pair<K, long>> most_common(long n) {
    std::vector<std::pair<K, long>> best(counts.begin(), counts.end());
    std::sort(best.begin(), best.end(),
              [](auto& a, auto& b) { return std::pair(-a.second, a.first) < std::pair(-b.second, b.first); });
    return best.resize(static_cast<std::size_t>(std::clamp(n, 0L, std::ssize(best)))), best;
  }
  std::map<K, long> counts;  ///< how often each was there
  MP_METHODS(get, add, update, most_common)
};

/// Values of any types, by name. \python{multiprocessing.managers.Namespace}
struct Namespace {
  /// What its proxy has.
  template <class P>
  struct Methods {
    /// Takes the place of what was there, of whatever type.
    template <class T>
    void set(const std::string& name, const T& value) const {
      const auto put = [](Namespace& all, std::string n, Kept<T> v) { all.values[n] = std::move(v); };
      static_cast<const P*>(this)->call(put, name, value);
    }
    /// Throws std::out_of_range where there is none of that name, std::bad_cast where it is no T.
    template <class T>
    T get(const std::string& name) const {
      const auto look = [](Namespace& all, std::string n) { return std::any_cast<T>(all.values.at(n)); };
      return static_cast<const P*>(this)->call(look, name);
    }
  };
  std::map<std::string, std::any> values;  ///< under their names
};

}  // namespace mp
