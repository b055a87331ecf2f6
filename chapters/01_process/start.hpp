#pragma once
/// \file
/// The ways of getting a child to make a call. Each starter is a small type with one function,
/// `launch`; `Process` works with any of them.

#include <sys/types.h>

#include <functional>
#include <string>

#include "common/descriptor.hpp"
#include "common/pickle/task.hpp"

namespace mp {

/// What a process is told about itself.
struct Identity {
  std::string name;     ///< `Process-1`; a child of that is `Process-1:1`
  bool daemon = false;  ///< ends with its parent, and may have no children
};

/// A child that has just been started.
struct Started {
  pid_t pid;            ///< of the new process
  Descriptor sentinel;  ///< a pidfd: readable once the child is over, whatever its children do

  /// For a child that was started a moment ago. Throws std::system_error when no descriptor is left, and
  /// then there is no child either.
  explicit Started(pid_t child);
};

/// First thing in main. In a child that was started by spawn it makes the child's call and does not
/// return; in the program itself it arranges that Ctrl-C takes the children along. A program that
/// starts by spawn without it is told so: its children would run main all over again.
///
/// \python{multiprocessing.freeze_support}
void main_guard(int argc, char** argv);

/// The start methods.
namespace start {

/// A copy of this process makes the call. Anything callable will do, captures and all, because
/// nothing travels: the child has a copy of the whole memory. It has no other thread, though, so a
/// lock that another thread held stays locked in it: started beside threads, it warns once.
struct Fork {
  static Started launch(const Identity& child, const std::function<void()>& call);
};

/// A fresh run of this program makes the call. Call and arguments travel as a message, so they must
/// be Inheritable; the child has nothing else of ours, no locked mutex either.
struct Spawn {
  static Started launch(const Identity& child, const Message& call);
};

/// To be named where a Process is made.
inline constexpr Fork fork{};
/// To be named where a Process is made, with a task by `fn`.
inline constexpr Spawn spawn{};

}  // namespace start

/// A starter that takes any callable.
template <class S>
concept CopyingStarter = requires(Identity id, std::function<void()> f) {
  S::launch(id, f);
};

/// A starter whose call travels as a message.
template <class S>
concept SendingStarter = requires(Identity id, Message m) {
  S::launch(id, m);
};

/// A starter of either kind.
template <class S>
concept Starter = CopyingStarter<S> || SendingStarter<S>;

}  // namespace mp
