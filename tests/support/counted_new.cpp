// Counts what a test program allocates. In a file of its own, where no compiler can pair one half of an inlined
// `new` with the other of a replaced `delete`.
#include <atomic>
#include <cstdlib>
#include <new>

std::atomic<std::size_t> allocated = 0;

void* operator new(std::size_t n) {
  allocated += n;
  if (void* at = std::malloc(n)) return at;
  throw std::bad_alloc{};
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }
