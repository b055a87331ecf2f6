#pragma once
/// \file
/// The two sides of a child: what its parent knows of it, and what it does itself.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "01_process/exit_status.hpp"
#include "01_process/start.hpp"

namespace mp {

/// A child as its parent sees it, shared by the Process that owns it and the list of live children.
/// Any thread of the parent may wait for it; one of them collects the status, all of them see it.
class Child {
 public:
  Child(Identity identity, Started started);

  const Identity& identity() const { return identity_; }
  pid_t pid() const { return pid_; }
  int sentinel() const { return sentinel_.number(); }

  /// True once the child is over and its status collected; false when the deadline passes first.
  bool wait(const Deadline& deadline);
  /// To a child that is over: no effect, no error.
  void send(int signal);
  /// Nothing while it runs. Throws StatusLost.
  std::optional<ExitStatus> status();
  /// Throws std::logic_error in any process but the one that started the child.
  void require_parent(const char* action) const;

 private:
  void collect();

  const Identity identity_;
  const pid_t pid_;
  const Descriptor sentinel_;
  const pid_t parent_;
  std::mutex mutex_;
  bool over_ = false;                 // guarded by mutex_
  std::optional<ExitStatus> status_;  // guarded by mutex_; nothing when over_: it was lost
};

/// The children that this process started and has not seen end.
class LiveChildren {
 public:
  static LiveChildren& of_this_process();

  void add(std::shared_ptr<Child> child);
  void remove(const Child& child);
  /// Those still running; collects the finished ones on the way.
  std::vector<std::shared_ptr<Child>> running();

  /// Guards what is done once per process, or counted.
  std::mutex& mutex() { return mutex_; }
  /// Around every fork of the program, so that no child inherits the list half changed, or locked.
  void before_fork() { mutex_.lock(); }
  void after_fork_in_parent() { mutex_.unlock(); }  // matches before_fork
  /// The children of its parent are not the child's own.
  void after_fork_in_child();

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<Child>> all_;
};

/// What a process knows of itself. One per process; right after every fork, by whomever.
struct Self {
  Identity identity{"MainProcess", false};
  pid_t pid = ::getpid();
  Descriptor handle;     ///< a pidfd of this process, for its children to watch
  pid_t parent_pid = 0;  ///< 0 in a process that no Process started
  std::string parent_name;
  Descriptor parent;         ///< a pidfd of the parent
  int children_started = 0;  ///< names the next child
};
Self& self();

/// What `exit` does with the children that are left: daemons are ended first, then the rest may take their time.
/// Python's order.
void end_children();

/// Makes `call` as the child `identity`, reports an exception as Python does, and leaves without
/// running the exit handlers that the parent registered.
[[noreturn]] void be_child(const Identity& identity, const std::function<void()>& call);

}  // namespace mp
