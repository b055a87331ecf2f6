#pragma once
/// \file
/// Threads that serve the program behind its back.

#include <csignal>
#include <thread>
#include <utility>

namespace mp {

/// A thread that takes no signals: those are for the threads the program knows of.
template <class F>
std::thread background_thread(F f) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited by the thread that starts now
  std::thread thread{std::move(f)};
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace mp
