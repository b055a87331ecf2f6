#include "common/learn/terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace mp {
namespace {

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

bool colours_wanted(int fd) {
  const char* refused = std::getenv("NO_COLOR");
  return ::isatty(fd) == 1 && (refused == nullptr || *refused == '\0');
}

std::string painted(std::string_view text, Colour colour, bool wanted) {
  if (!wanted || colour == Colour::plain) return std::string{text};
  return fmt::format("\033[{}m{}\033[0m", static_cast<int>(colour), text);
}

std::size_t columns(std::string_view utf8) {
  std::size_t n = 0;
  for (const char byte : utf8) n += starts_character(byte) ? 1 : 0;
  return n;
}

std::string shortened(std::string_view utf8, std::size_t most) {
  if (columns(utf8) <= most) return std::string{utf8};
  std::size_t bytes = 0, shown = 0;
  while (bytes < utf8.size() && (shown + 1 < most || !starts_character(utf8[bytes])))
    shown += starts_character(utf8[bytes++]) ? 1 : 0;
  return std::string{utf8.substr(0, bytes)} + "…";
}

std::string left(std::string_view utf8, std::size_t width) {
  const auto text = shortened(utf8, width);
  return text + std::string(width - columns(text), ' ');
}

std::string right(std::string_view utf8, std::size_t width) {
  const auto text = shortened(utf8, width);
  return std::string(width - columns(text), ' ') + text;
}

void show_progress(std::string_view line) {
  if (::isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\033[K{}", shortened(line, 79));
}

void clear_progress() { show_progress(""); }

}  // namespace mp
