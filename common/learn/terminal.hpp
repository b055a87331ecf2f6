#pragma once
/// \file
/// What the terminal can show, and text that fits it.

#include <string>
#include <string_view>

namespace mp {

/// Colours only where a person looks: on a terminal, and not when NO_COLOR is set.
bool colours_wanted(int fd);

enum class Colour { plain = 0, bold = 1, dim = 2, red = 31, green = 32, yellow = 33, blue = 34, cyan = 36 };

/// The text in that colour, or as it is.
std::string painted(std::string_view text, Colour colour, bool wanted);

/// Columns the text takes on a terminal: characters, not bytes.
std::size_t columns(std::string_view utf8);

/// Cut to so many columns, with … where something is missing.
std::string shortened(std::string_view utf8, std::size_t most);

/// Padded to so many columns, text to the left or to the right.
std::string left(std::string_view utf8, std::size_t width);
std::string right(std::string_view utf8, std::size_t width);

/// A line of progress on stderr that the next one overwrites; silent where stderr is no terminal.
void show_progress(std::string_view line);
void clear_progress();

}  // namespace mp
