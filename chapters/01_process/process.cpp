#include "01_process/process.hpp"

#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "common/pidfd.hpp"

namespace mp {
namespace {

constexpr Seconds daemon_grace{1.0};

std::string next_name() {
  Self& me = self();
  const std::string number = std::to_string(++me.children_started);
  const bool is_main = me.parent_pid == 0;
  return is_main ? "Process-" + number : me.identity.name + ":" + number;
}

/// A daemon does not outlive its parent's interest in it.
void end_daemon(Child& child) {
  child.send(SIGTERM);
  if (child.wait(Deadline{daemon_grace})) return;
  child.send(SIGKILL);
  child.wait(Deadline{});
}

/// Once per process: what every start relies on. A forked child starts anew, so it is asked by pid.
void prepare_this_process() {
  static pid_t prepared = 0;
  Self& me = self();
  if (prepared == me.pid) return;
  // Not 0, 1 or 2, even where those are closed: a child gets a new standard input.
  me.handle = Descriptor{check(pidfd_open(me.pid, 0), "pidfd_open")}.duplicate();
  std::atexit(end_children);
  prepared = me.pid;
}

Identity new_identity(const ProcessOptions& options) {
  const std::scoped_lock lock{LiveChildren::of_this_process().mutex()};  // threads may start at the same time
  prepare_this_process();
  return {options.name.empty() ? next_name() : options.name, options.daemon.value_or(self().identity.daemon)};
}

}  // namespace

void end_children() {
  const auto left = LiveChildren::of_this_process().running();
  for (const auto& child : left)
    if (child->identity().daemon) child->send(SIGTERM);
  for (const auto& child : left) child->identity().daemon ? end_daemon(*child) : (void)child->wait(Deadline{});
}

Child& ProcessRef::child() const {
  if (!child_) throw std::logic_error{"this process was not started yet, or is closed"};
  return *child_;
}

void ProcessRef::join() const { child().wait(Deadline{}); }
bool ProcessRef::try_join_for(Seconds limit) const { return child().wait(Deadline{limit}); }
bool ProcessRef::is_alive() const { return !try_join_for(Seconds{0}); }
void ProcessRef::terminate() const { child().send(SIGTERM); }
void ProcessRef::kill() const { child().send(SIGKILL); }

std::optional<int> ProcessRef::exitcode() const {
  const auto status = child().status();
  return status ? std::optional{status->exitcode()} : std::nullopt;
}

ExitStatus ProcessRef::status() const {
  if (const auto status = child().status()) return *status;
  throw std::logic_error{name() + " is still running: join it before asking how it ended"};
}

void Process::start() {
  if (child_) throw std::logic_error{child_->identity().name + " was started before: a Process runs once"};
  if (!launch_) throw std::logic_error{"this process is closed"};
  if (self().identity.daemon) throw std::logic_error{"daemonic processes are not allowed to have children"};
  LiveChildren::of_this_process().running();  // collects the finished ones
  const Identity identity = new_identity(options_);
  child_ = std::make_shared<Child>(identity, launch_(identity));
  LiveChildren::of_this_process().add(child_);
  launch_ = nullptr;  // the call belongs to the child now; what it captured can go
}

void Process::close() {
  if (child_ && is_alive())
    throw std::logic_error{name() + " is still running: join or terminate it before closing it"};
  child_.reset();
  launch_ = nullptr;
}

void Process::end() noexcept {
  if (!child_ || self().pid != ::getpid()) return;
  try {
    child_->identity().daemon ? end_daemon(*child_) : (void)child_->wait(Deadline{});
  } catch (const std::exception&) {
    // it is not ours to end (any more): we gave up the right to signal it, say
  }
}

Process& Process::operator=(Process&& other) {
  if (this == &other) return *this;
  end();
  ProcessRef::operator=(std::move(other));
  options_ = std::move(other.options_);
  launch_ = std::move(other.launch_);
  return *this;
}

Process::~Process() { end(); }

CurrentProcess current_process() { return {self().identity.name, ::getpid(), self().identity.daemon}; }

std::optional<ParentProcess> parent_process() {
  return self().parent_pid == 0 ? std::nullopt : std::optional{ParentProcess{}};
}
std::string ParentProcess::name() const { return self().parent_name; }
pid_t ParentProcess::pid() const { return self().parent_pid; }
void ParentProcess::join() const { wait_readable(self().parent.number(), Deadline{}); }
bool ParentProcess::try_join_for(Seconds limit) const { return wait_readable(self().parent.number(), Deadline{limit}); }

std::vector<ProcessRef> active_children() {
  std::vector<ProcessRef> children;
  for (auto& child : LiveChildren::of_this_process().running()) children.emplace_back(std::move(child));
  return children;
}

}  // namespace mp
