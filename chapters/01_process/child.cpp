// The parent's view of its children, and a child's first and last steps.
#include "01_process/child.hpp"

#include <pthread.h>
#include <stdio_ext.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "common/background.hpp"
#include "common/interrupt.hpp"
#include "common/machine.hpp"
#include "common/pidfd.hpp"
#include "common/type_name.hpp"

namespace mp {

// ---- the parent's side ----

Started::Started(pid_t child) : pid{child}, sentinel{pidfd_open(child, 0)} {
  if (sentinel.is_open()) return;
  const int why = errno;
  if (why == ESRCH) {  // over, and its status taken, before we could look: always readable, and no pidfd
    sentinel.reset(check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open(/dev/null)"));
    return;
  }
  ::kill(child, SIGKILL);  // nobody could wait for it
  ::waitpid(child, nullptr, 0);
  check_code(why, "pidfd_open");
}

Child::Child(Identity identity, Started started)
    : identity_{std::move(identity)}, pid_{started.pid}, sentinel_{std::move(started.sentinel)}, parent_{::getpid()} {}

void Child::require_parent(const char* action) const {
  if (parent_ == ::getpid()) return;
  throw std::logic_error{std::string{"can only "} + action + " a child of this process, and " + identity_.name +
                         " was started by another"};
}

bool Child::wait(const Deadline& deadline) {
  require_parent("join");
  // Many threads may wait here at once: a pidfd stays readable, a status can be collected only once.
  if (!wait_readable(sentinel(), deadline)) return false;
  collect();
  return true;
}

void Child::collect() {
  {
    const std::scoped_lock lock{mutex_};
    if (over_) return;
    interrupt::forget(sentinel());  // before the pidfd means nobody; matches remember in LiveChildren::add
    siginfo_t info{};
    if (retry([&] { return ::waitid(P_PIDFD, static_cast<id_t>(sentinel()), &info, WEXITED); }) == 0)
      status_ = ExitStatus{info};
    else if (errno != ECHILD && errno != EBADF)
      throw_errno("waitid");
    over_ = true;
  }
  LiveChildren::of_this_process().remove(*this);
}

void Child::send(int signal) {
  require_parent("signal");
  const std::scoped_lock lock{mutex_};
  if (over_) return;
  if (pidfd_send_signal(sentinel(), signal, nullptr, 0) == -1 && errno != ESRCH && errno != EBADF)
    throw_errno("pidfd_send_signal");
}

std::optional<ExitStatus> Child::status() {
  if (!wait(Deadline{Seconds{0}})) return std::nullopt;
  const std::scoped_lock lock{mutex_};
  if (!status_)
    throw StatusLost{"the exit status of " + identity_.name + " (pid " + std::to_string(pid_) +
                     ") was collected by somebody else: look for waitpid(-1) or SIGCHLD set to SIG_IGN"};
  return status_;
}

LiveChildren& LiveChildren::of_this_process() {
  static LiveChildren& the = *new LiveChildren;  // outlives every static that may hold a Process
  return the;
}

void LiveChildren::add(std::shared_ptr<Child> child) {
  const std::scoped_lock lock{mutex_};
  if (!child->identity().daemon) interrupt::remember(child->sentinel());  // daemons end as we do
  all_.push_back(std::move(child));
}

void LiveChildren::remove(const Child& child) {
  const std::scoped_lock lock{mutex_};
  std::erase_if(all_, [&](const auto& each) { return each.get() == &child; });
}

std::vector<std::shared_ptr<Child>> LiveChildren::running() {
  std::vector<std::shared_ptr<Child>> candidates;
  {
    const std::scoped_lock lock{mutex_};
    candidates = all_;
  }
  std::erase_if(candidates, [](const auto& each) { return each->wait(Deadline{Seconds{0}}); });
  return candidates;
}

void LiveChildren::after_fork_in_child() {
  all_.clear();
  mutex_.unlock();  // matches before_fork
}

Self& self() {
  static Self& the = []() -> Self& {
    ::pthread_atfork([] { LiveChildren::of_this_process().before_fork(); },
                     [] { LiveChildren::of_this_process().after_fork_in_parent(); },
                     [] {
                       LiveChildren::of_this_process().after_fork_in_child();
                       self().pid = ::getpid();
                       self().children_started = 0;
                     });
    return *new Self;
  }();
  return the;
}

// ---- the child's side ----

namespace {

/// Runs before the exit handlers that were registered before it, which are the parent's: they and
/// the destructors of its statics are not the child's to run.
void leave(int code, void*) {
  flush_output();
  ::_exit(code);
}

void close_standard_input() {
  ::__fpurge(stdin);      // what the parent read ahead is the parent's
  ::close(STDIN_FILENO);  // so that open gives its number to what it opens
  check(::open("/dev/null", O_RDONLY), "open(/dev/null)");
}

/// A daemon ends with its parent. Its own signal handlers and loops cannot get in the way, and
/// PR_SET_PDEATHSIG would not do: that fires when the parent's *thread* ends.
void end_with_parent() {
  background_thread([parent = self().parent.number()] {
    wait_readable(parent, Deadline{});
    ::kill(::getpid(), SIGKILL);
  }).detach();
}

}  // namespace

void be_child(const Identity& identity, const std::function<void()>& call) {
  ::on_exit(leave, nullptr);
  int code = 0;
  try {
    self().identity = identity;
    close_standard_input();
    if (identity.daemon) end_with_parent();
    call();
  } catch (...) {
    std::fprintf(stderr, "Process %s:\n%s\n", identity.name.c_str(), describe_current_exception().c_str());
    code = 1;
  }
  std::exit(code);
}

}  // namespace mp
