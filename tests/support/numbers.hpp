#pragma once
/// \file
/// What pools and executors are given in tests: numbers, to be squared.

#include <numeric>
#include <vector>

using Numbers = std::vector<int>;

inline int square(int x) { return x * x; }

inline Numbers numbers(int n) {
  Numbers all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), 0);
  return all;
}
inline Numbers squares(int n) {
  Numbers all;
  for (const int x : numbers(n)) all.push_back(square(x));
  return all;
}
