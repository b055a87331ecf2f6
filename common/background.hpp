#pragma once
/// \file
/// Threads that serve the program behind its back.

#include <csignal>
#include <thread>
#include <utility>

namespace mp {

/// While it lives, the current thread takes no signals, and who is started meanwhile begins like that.
struct Quiet {
  Quiet() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
  }
  ~Quiet() { ::pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  Quiet(const Quiet&) = delete;
  sigset_t before;  ///< the signals that were blocked before
};

/// A thread that takes no signals: those are for the threads the program knows of.
template <class F>
std::thread background_thread(F f) {
  const Quiet quiet;
  return std::thread{std::move(f)};
}

}  // namespace mp
