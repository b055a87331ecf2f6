#pragma once
/// \file
/// Small pieces of work that chapters share.

#include <cstdint>
#include <string>
#include <vector>

namespace mp {

/// 0 + 1 + … + (n − 1) by n additions, one after the other: the compiler may not find the formula.
std::uint64_t sum_below(long n);

/// Dies as a stray pointer would make it die, but in a defined way.
[[noreturn]] void crash();

/// Never ends, and burns no processor on it.
[[noreturn]] void never_end();

/// Files that every machine has, licence texts first, then headers, in a fixed order: as many as hold so many bytes
/// together, and no more than there are.
std::vector<std::string> real_files(long bytes);

}  // namespace mp
