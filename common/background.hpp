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
  struct Quiet {  // inherited by the thread that starts meanwhile
    Quiet() {
      sigset_t all;
      ::sigfillset(&all);
      ::pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    ~Quiet() { ::pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    sigset_t before;
  } const quiet;
  return std::thread{std::move(f)};
}

}  // namespace mp
