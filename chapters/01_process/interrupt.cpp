#include "01_process/interrupt.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string_view>

#include "common/descriptor.hpp"
#include "common/pidfd.hpp"

namespace mp::interrupt {
namespace {

/// One child to take along. A signal handler may take no lock and free no memory, so the slots form
/// a list that only grows; a slot whose child is over is used again.
struct Slot {
  std::atomic<int> pidfd{-1};
  Slot* next = nullptr;
};
std::atomic<Slot*> slots{nullptr};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<Slot*>::is_always_lock_free);

pid_t program = 0;  // only the program itself speaks; its children end in silence

template <class Visit>
void for_each_child(Visit visit) {
  for (Slot* slot = slots.load(); slot != nullptr; slot = slot->next)
    if (const int pidfd = slot->pidfd.load(); pidfd >= 0) visit(pidfd);
}

/// Only calls that signal-safety(7) allows.
void on_interrupt(int signal) {
  bool any = false;
  for_each_child([&](int pidfd) {
    pidfd_send_signal(pidfd, SIGINT, nullptr, 0);
    any = true;
  });
  int patience_ms = 1000;  // for all of them together: whoever comes late finds none left
  for_each_child([&](int pidfd) {
    pollfd child{pidfd, POLLIN, 0};
    if (::poll(&child, 1, patience_ms) == 1) return;
    patience_ms = 0;
    pidfd_send_signal(pidfd, SIGKILL, nullptr, 0);
  });
  if (::getpid() == program) {
    constexpr std::string_view with = "\nInterrupted; the processes it started have ended.\n",
                               alone = "\nInterrupted.\n";
    const auto text = any ? with : alone;
    (void)!::write(STDERR_FILENO, text.data(), text.size());
  }
  ::signal(signal, SIG_DFL);
  ::raise(signal);  // delivered when this handler returns
}

}  // namespace

void take_children_along() {
  program = ::getpid();
  struct sigaction now {};
  ::sigaction(SIGINT, nullptr, &now);
  if (now.sa_handler != SIG_DFL) return;
  now.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &now, nullptr);
}

void remember(int pidfd) {  // callers hold the list of children locked
  for (Slot* slot = slots.load(); slot != nullptr; slot = slot->next) {
    int nobody = -1;
    if (slot->pidfd.compare_exchange_strong(nobody, pidfd)) return;
  }
  auto* slot = new Slot;
  slot->pidfd = pidfd;
  slot->next = slots.load();
  slots = slot;
}

void forget(int pidfd) {
  for (Slot* slot = slots.load(); slot != nullptr; slot = slot->next) {
    int same = pidfd;
    if (slot->pidfd.compare_exchange_strong(same, -1)) return;
  }
}

void forget_all() {
  for (Slot* slot = slots.load(); slot != nullptr; slot = slot->next) slot->pidfd = -1;
}

}  // namespace mp::interrupt
