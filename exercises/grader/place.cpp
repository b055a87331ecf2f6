#include "exercises/grader/place.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <optional>
#include <sstream>

#include "common/clock.hpp"
#include "exercises/grader/memory.hpp"
#include "exercises/grader/proc.hpp"
#include "exercises/grader/source.hpp"

namespace grader {
namespace {

/// Where a thread stands, which the kernel tells of whoever sleeps or is stopped.
struct Registers {
  unsigned long stack = 0, instruction = 0;
};
std::optional<Registers> registers_of(pid_t pid, const std::string& thread) {
  std::istringstream text{mp::read_text(folder_of(pid) + "/task/" + thread + "/syscall").value_or("")};
  std::vector<unsigned long> words;  // the call, its arguments, the two registers
  text >> std::ws;
  for (std::string word; text >> word;) words.push_back(std::strtoul(word.c_str(), nullptr, 0));
  if (words.size() < 3) return std::nullopt;
  return Registers{words[words.size() - 2], words.back()};
}

/// Where a process has its program, and its stacks.
class Mappings {
 public:
  explicit Mappings(pid_t pid) {
    std::error_code gone;
    const auto program = std::filesystem::read_symlink(folder_of(pid) + "/exe", gone).string();
    std::istringstream text{mp::read_text(folder_of(pid) + "/maps").value_or("")};
    for (std::string line; std::getline(text, line);) {
      Part part;
      if (std::sscanf(line.c_str(), "%lx-%lx", &part.begin, &part.end) != 2) continue;
      part.is_program = !program.empty() && line.ends_with(program);
      part.is_code = line.find(" r-xp ") != std::string::npos;
      parts_.push_back(part);
    }
  }
  /// How far into the program an address of its code lies.
  std::optional<unsigned long> offset(unsigned long address) const {
    const auto first = std::find_if(parts_.begin(), parts_.end(), [](auto& part) { return part.is_program; });
    const auto part = holding(address);
    if (!part || !part->is_program || !part->is_code) return std::nullopt;
    return address - first->begin;
  }
  /// How many bytes there are from an address on.
  unsigned long room(unsigned long address) const {
    const auto part = holding(address);
    return part ? part->end - address : 0;
  }

 private:
  struct Part {
    unsigned long begin = 0, end = 0;
    bool is_program = false, is_code = false;
  };
  std::optional<Part> holding(unsigned long address) const {
    for (const Part& part : parts_)
      if (address >= part.begin && address < part.end) return part;
    return std::nullopt;
  }
  std::vector<Part> parts_;
};

}  // namespace

// What looks like an address to return to may be an old one, but then of a call that this thread has made.
std::string place_of(pid_t pid, const std::string& thread) {
  const auto registers = registers_of(pid, thread);
  if (!registers) return "";
  const Mappings mappings{pid};
  constexpr unsigned long deepest = 1 << 20;  // a frame may have a buffer
  const auto stack = memory<unsigned long>(pid, registers->stack,
                                           std::min(deepest, mappings.room(registers->stack)) / sizeof(unsigned long));
  std::vector<unsigned long> calls;
  if (const auto here = mappings.offset(registers->instruction)) calls.push_back(*here + 1);
  for (const unsigned long word : stack)
    if (const auto call = mappings.offset(word)) calls.push_back(*call);
  for (const auto& place : sources(folder_of(pid) + "/exe", calls))
    if (!place.empty()) return fmt::format(" ({})", place);
  return "";
}

std::string place_while_stopped(pid_t pid, const std::string& thread) {
  ::kill(pid, SIGSTOP);
  const mp::Deadline end{mp::Seconds{1}};
  while (state_in(folder_of(pid) + "/task/" + thread) != 'T' && !end.passed()) ::usleep(1000);
  return place_of(pid, thread);
}

}  // namespace grader
