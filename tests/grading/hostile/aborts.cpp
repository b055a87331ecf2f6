// Tries: to abort, with something on its output that looks like the failure of a check.
// says: killed by SIGABRT
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  std::fputs("checks.cpp:1: Failure\nExpected equality of these values:\n  1\n  1\n", stderr);
  std::abort();
}
