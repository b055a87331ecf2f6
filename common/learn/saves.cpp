#include "common/learn/saves.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <cstdlib>

namespace learn {

// LEARN_NO_INOTIFY is for tests, and for folders that are deaf in a way of their own.
Saves::Saves(const std::filesystem::path& file) : file_{file} {
  if (std::getenv("LEARN_NO_INOTIFY") == nullptr) events_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (events_.is_open() &&
      ::inotify_add_watch(events_.number(), file.parent_path().c_str(), IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
    events_.reset();
  seen_ = stamp();
}

bool Saves::are_there() {
  char unread[4096];
  while (events_.is_open() && ::read(events_.number(), unread, sizeof unread) > 0) continue;
  const auto now = stamp();
  if (!now || now->size == 0 || now == seen_) return false;
  seen_ = now;
  return true;
}

std::optional<Saves::Stamp> Saves::stamp() const {
  struct stat found {};
  if (::stat(file_.c_str(), &found) != 0) return std::nullopt;
  return Stamp{found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

}  // namespace learn
