#pragma once
/// \file
/// The room that a submission lives in: namespaces of its own, a user who may do nothing elsewhere, and a file system
/// with programs and libraries only.

#include <sys/types.h>

#include <string>

#include "common/descriptor.hpp"

namespace grader {

/// Whether this machine lets us have namespaces of our own; if not, a process group and a subreaper
/// must do. The reason is for `./learn doctor`.
struct Isolation {
  bool namespaces;
  std::string reason;
};
Isolation isolation();

/// Forks into namespaces of its own (user, pid, mount, ipc, network); 0 in the child, who is an ordinary user there.
/// Throws std::system_error where that is not allowed.
pid_t fork_into_room();

/// In the child: a file system of its own, read-only but for a small /tmp and /dev/shm, with a /proc of this namespace.
/// The program's copy lies in its root, and is returned, open.
mp::Descriptor furnish_room(const mp::Descriptor& program, const std::string& name);

}  // namespace grader
