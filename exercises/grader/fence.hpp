#pragma once
/// \file
/// Memory that nobody can use once it was given back: it replaces `operator new`, so include it in one file only.

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>

#include "exercises/grader/asked.hpp"

namespace grader::fence {

constexpr std::size_t page = 4096, size = std::size_t{256} << 20;
inline char* const memory =
    static_cast<char*>(::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
inline std::atomic<std::size_t> so_far = 0;
inline std::atomic<int> not_given_back = 0;
inline std::atomic<const char*> blame = nullptr;  // if set, what is allocated is fenced

inline bool holds(const void* address) { return address >= memory && address < memory + size; }

inline void caught(int, siginfo_t* info, void*) {
  const char* words = blame.exchange(nullptr);
  if (words && holds(info->si_addr)) give_up(words);
  ::signal(SIGSEGV, SIG_DFL);
}

/// From now on whatever is allocated lies on pages of its own, which go when it is given back, and never come again.
/// Who uses them all the same ends the scenario, with these words.
inline void begin(const char* words) {
  struct sigaction action {};
  action.sa_sigaction = caught;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGSEGV, &action, nullptr);
  blame = words;
}
inline void end() { blame = nullptr; }

}  // namespace grader::fence

void* operator new(std::size_t size) {
  namespace fence = grader::fence;
  if (!fence::blame) {
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc{};
  }
  const auto whole = (size + sizeof(std::max_align_t) + fence::page - 1) / fence::page * fence::page;
  char* const start = fence::memory + fence::so_far.fetch_add(whole);
  if (start + whole > fence::memory + fence::size || ::mprotect(start, whole, PROT_READ | PROT_WRITE) != 0)
    throw std::bad_alloc{};
  ++fence::not_given_back;
  *reinterpret_cast<std::size_t*>(start) = whole;
  return start + sizeof(std::max_align_t);
}
void operator delete(void* memory) noexcept {
  namespace fence = grader::fence;
  if (!fence::holds(memory)) return std::free(memory);
  char* const start = static_cast<char*>(memory) - sizeof(std::max_align_t);
  --fence::not_given_back;
  ::mprotect(start, *reinterpret_cast<std::size_t*>(start), PROT_NONE);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
