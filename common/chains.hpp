#pragma once
/// \file
/// The leitmotif: sixteen chains of SHA-512, the same work at the end of many chapters, so that all
/// the ways to do it can stand in one table.

#include <string>

#include "common/raw_array.hpp"

namespace mp {

/// So many chains, all of the same length.
inline constexpr int chain_count = 16;

/// The end of a chain.
struct Digest {
  char hex[128];  ///< digits, with no zero at the end
};
/// Where the workers leave their results, each in the places of its own chains.
using Digests = RawArray<Digest>;

/// Where chain `i` starts: `string-0` to `string-15`.
std::string chain_seed(int i);
/// s = hex(SHA-512(s)), so many times over.
std::string chain_links(std::string s, long rounds);

/// Puts the end of chain `i` in its place.
void keep(int i, const std::string& end, const Digests& digests);
/// Computes chain `i` and leaves its end in its place; a task, with its span.
void chain(int i, long rounds, const Digests& digests);

/// One short answer for all sixteen.
std::string answer(const Digests& digests);

}  // namespace mp
