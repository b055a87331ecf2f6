#include "common/interrupt.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <string_view>

#include "common/descriptor.hpp"
#include "common/pidfd.hpp"

namespace mp::interrupt {
namespace {

/// A signal handler may take no lock and free no memory: the children it can take along stand in a
/// fixed table, −1 for nobody.
struct Children : std::array<std::atomic<int>, 4096> {
  Children() {
    for (auto& child : *this) child = -1;
  }
} children;
static_assert(std::atomic<int>::is_always_lock_free);

int depth = 0;  // 0 is the program itself, and only that speaks
pid_t self = 0;

/// Puts `now` where `before` stood, if it stood anywhere.
void replace(int before, int now) {
  for (auto& child : children)
    if (int same = before; child.compare_exchange_strong(same, now)) return;
}

/// Only calls that signal-safety(7) allows.
void on_interrupt(int signal) {
  if (self != ::getpid()) become_child();  // interrupted before it had the time to
  bool any = false;
  for (const int child : children)
    if (child >= 0) any = pidfd_send_signal(child, SIGINT, nullptr, 0) == 0 || any;
  int patience_ms = std::max(3000 - 1000 * depth, 300);  // once one was too slow, the rest are not waited for
  for (const int child : children) {
    pollfd watched{child, POLLIN, 0};
    if (child < 0 || ::poll(&watched, 1, patience_ms) == 1) continue;
    patience_ms = 0;
    pidfd_send_signal(child, SIGKILL, nullptr, 0);
  }
  if (depth == 0) {
    constexpr std::string_view with = "\nInterrupted; the processes it started have ended.\n",
                               alone = "\nInterrupted.\n";
    const auto text = any ? with : alone;
    (void)!::write(STDERR_FILENO, text.data(), text.size());
  }
  ::signal(signal, SIG_DFL);
  ::raise(signal);  // delivered when this handler returns
}

}  // namespace

void become_child() {
  ++depth;
  self = ::getpid();
  for (auto& child : children) child = -1;  // those of its parent are not its own
}

void take_children_along() {
  depth = 0;
  static const int registered = ::pthread_atfork(nullptr, nullptr, become_child);
  check_code(registered, "pthread_atfork");
  self = ::getpid();
  const auto before = ::signal(SIGINT, on_interrupt);
  if (before != SIG_DFL) ::signal(SIGINT, before);
}

void remember(int pidfd) { replace(-1, pidfd); }
void forget(int pidfd) { replace(pidfd, -1); }
}  // namespace mp::interrupt
