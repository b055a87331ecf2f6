#include "common/learn/keyboard.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace learn {
namespace {

/// Nobody may change the terminal from the background: that would stop the whole group.
bool terminal_is_ours() { return ::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp(); }

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCONT};
std::array<struct sigaction, signals.size()> handlers_before;
volatile std::sig_atomic_t end_is_wished = 0;
volatile std::sig_atomic_t wake_up = -1;

void on_signal(int number) {
  const int error = errno;
  if (number != SIGCONT) end_is_wished = 1;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_up, &one, sizeof one);
  errno = error;
}

}  // namespace

Keyboard::Keyboard() {
  termios modes{};
  if (!terminal_is_ours() || ::tcgetattr(STDIN_FILENO, &modes) != 0) return;
  before_ = modes;
  resume();
}

Keyboard::~Keyboard() {
  if (before_ && terminal_is_ours()) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*before_);
}

void Keyboard::resume() const {
  if (!before_ || !terminal_is_ours()) return;
  termios modes = *before_;
  modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C stays a signal
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
}

std::optional<char> Keyboard::key() {
  char c = 0;
  if (mp::retry([&] { return ::read(STDIN_FILENO, &c, 1); }) == 1) return c;
  return std::nullopt;
}

EndWish::EndWish() : woken_{mp::check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")} {
  end_is_wished = 0;
  wake_up = woken_.number();
  struct sigaction wish {};
  wish.sa_handler = &on_signal;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    mp::check(::sigaction(signals[i], nullptr, &handlers_before[i]), "sigaction");
    if (handlers_before[i].sa_handler != SIG_IGN) mp::check(::sigaction(signals[i], &wish, nullptr), "sigaction");
  }
}

EndWish::~EndWish() {
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &handlers_before[i], nullptr);
  wake_up = -1;
}

bool EndWish::is_there() const { return end_is_wished != 0; }

void EndWish::sleep_again() const {
  std::uint64_t times = 0;
  [[maybe_unused]] const auto taken = ::read(woken_.number(), &times, sizeof times);
}

}  // namespace learn
