#pragma once
/// \file
/// Single keys, and being asked to end: what a program that waits for a person needs.

#include <termios.h>

#include <optional>

#include "common/descriptor.hpp"

namespace learn {

/// Takes keys without Enter, where stdin is a terminal that is ours. The terminal is as it was when this goes.
class Keyboard {
 public:
  Keyboard();
  ~Keyboard();
  Keyboard(const Keyboard&) = delete;

  bool is_there() const { return before_.has_value(); }
  /// To be polled; −1 where there is no keyboard.
  int descriptor() const { return is_there() ? STDIN_FILENO : -1; }
  /// Nothing at its end.
  std::optional<char> key();
  /// After a stop: whoever had the terminal meanwhile has left it his way.
  void resume() const;

 private:
  std::optional<termios> before_;
};

/// While it lives, SIGINT, SIGTERM and SIGHUP are not the end but a wish; one at a time. Those that are ignored stay
/// so.
class EndWish {
 public:
  EndWish();
  ~EndWish();
  EndWish(const EndWish&) = delete;

  bool is_there() const;
  /// Readable when a signal came, SIGCONT too.
  int descriptor() const { return woken_.number(); }
  void sleep_again() const;

 private:
  mp::Descriptor woken_;
};

}  // namespace learn
