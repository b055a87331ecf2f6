#include "exercises/grader/room.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "exercises/grader/pipe.hpp"

namespace fs = std::filesystem;

namespace grader {
namespace {

using mp::check;
using mp::Descriptor;

void write_proc(const std::string& path, const std::string& text) {
  const Descriptor file{check(::open(path.c_str(), O_WRONLY | O_CLOEXEC), path.c_str())};
  check(::write(file.number(), text.data(), text.size()), path.c_str());
}

constexpr int rooms = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET;
constexpr unsigned ordinary = 1000, nobody = 65534;

/// In there is one ordinary user, outside it is ourselves. Where we are root it is nobody: root may write what others
/// may not, in /proc, too, and no limit of processes holds it.
void map_user(pid_t pid) {
  const bool root = ::geteuid() == 0;
  const auto proc = fmt::format("/proc/{}/", pid);
  write_proc(proc + "uid_map", fmt::format("{} {} 1", ordinary, root ? nobody : ::geteuid()));
  if (!root) write_proc(proc + "setgroups", "deny");
  write_proc(proc + "gid_map", fmt::format("{} {} 1", ordinary, root ? nobody : ::getegid()));
  write_proc(proc + "oom_score_adj", "1000");  // who is short of memory ends submissions first
}

/// By bare system calls: the C library's would wait for the threads that our parent has.
void become_ordinary() {
  (void)!::syscall(SYS_setgroups, 0, nullptr);  // only root's child may, and has to
  check(::syscall(SYS_setresgid, ordinary, ordinary, ordinary), "setresgid");
  check(::syscall(SYS_setresuid, ordinary, ordinary, ordinary), "setresuid");
}

/// What programs need, and nothing that anybody wrote: no course with its answers, no homes, no other submissions.
constexpr const char* for_programs[] = {
    "bin",      "sbin",     "lib",      "lib32",      "lib64",           "usr",
    "opt",      "nix",      "gnu",      "sys",        "etc/ld.so.cache", "etc/alternatives",
    "dev/null", "dev/zero", "dev/full", "dev/random", "dev/urandom"};

/// Shows the file or folder at the same place below `room`.
void show(const fs::path& room, const fs::path& name) {
  const fs::path from = "/" / name, to = room / name;
  if (!fs::exists(from)) return;
  if (fs::is_symlink(from)) return fs::copy_symlink(from, to);
  fs::create_directories(fs::is_directory(from) ? to : to.parent_path());
  if (!fs::is_directory(from)) mp::Descriptor{check(::open(to.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0444), "open")};
  check(::mount(from.c_str(), to.c_str(), nullptr, MS_BIND | MS_REC, nullptr), from.c_str());
}

/// A copy: the file itself would be open to whoever runs it, by way of /proc/self/exe.
void copy_program(const Descriptor& program, const fs::path& to) {
  const Descriptor copy{check(::open(to.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0555), to.c_str())};
  ::lseek(program.number(), 0, SEEK_SET);
  while (check(::sendfile(copy.number(), program.number(), nullptr, 1 << 30), "sendfile") > 0) continue;
}

void mount_fresh(const fs::path& to, const char* kind, unsigned long flags, const char* options = nullptr) {
  check(::mount(kind, to.c_str(), kind, flags | MS_NOSUID, options), to.c_str());
}

}  // namespace

/// The child waits until its user is known. Exec takes away the powers that a new user namespace gives.
pid_t fork_into_room() {
  auto [go, say_go] = make_pipe();
  const auto pid =
      static_cast<pid_t>(check(::syscall(SYS_clone, rooms | SIGCHLD, nullptr, nullptr, nullptr, nullptr), "clone"));
  if (pid == 0) {
    say_go.reset();
    char byte;
    if (::read(go.number(), &byte, 1) != 1) ::_exit(126);  // our parent could not do its part
    become_ordinary();
    return 0;
  }
  try {
    map_user(pid);
    check(::write(say_go.number(), "g", 1), "write");
  } catch (const std::system_error&) {
    say_go.reset();
    ::waitpid(pid, nullptr, 0);
    throw;
  }
  return pid;
}

Descriptor furnish_room(const Descriptor& program, const std::string& name) {
  const fs::path room = "/tmp";  // any folder would do: it is covered, and becomes the root
  check(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "mount(private)");
  mount_fresh(room, "tmpfs", 0, "size=256m,mode=755");
  for (const char* each : for_programs) show(room, each);
  for (const char* empty : {"proc", "tmp", "dev/shm"}) fs::create_directories(room / empty);
  copy_program(program, room / name);
  mount_attr read_only{};
  read_only.attr_set = MOUNT_ATTR_RDONLY;
  check(::mount_setattr(AT_FDCWD, room.c_str(), AT_RECURSIVE, &read_only, sizeof read_only), "mount_setattr");
  mount_fresh(room / "proc", "proc", MS_NODEV | MS_NOEXEC);
  for (const char* folder : {"tmp", "dev/shm"}) mount_fresh(room / folder, "tmpfs", MS_NODEV, "size=64m,mode=1777");
  check(::chdir(room.c_str()), "chdir");
  check(::syscall(SYS_pivot_root, ".", "."), "pivot_root");  // the old root now lies over the new one
  check(::umount2(".", MNT_DETACH), "umount");
  check(::chdir("/"), "chdir");
  write_proc("/proc/sys/user/max_user_namespaces", "0");  // nobody gets such powers again
  return Descriptor{check(::open(name.c_str(), O_RDONLY | O_CLOEXEC), name.c_str())};
}

namespace {

/// The reason why namespaces cannot be had; empty when they can.
std::string try_namespaces() {
  try {
    const Descriptor self{check(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "open")};
    const pid_t pid = fork_into_room();
    if (pid == 0) {
      try {
        (void)furnish_room(self, "program");
        ::_exit(0);
      } catch (const std::system_error& error) {
        ::_exit(error.code().value());
      }
    }
    int status = 0;
    check(::waitpid(pid, &status, 0), "waitpid");
    return WEXITSTATUS(status) == 0 ? "" : std::strerror(WEXITSTATUS(status));
  } catch (const std::system_error& error) {
    return error.what();
  }
}

}  // namespace

Isolation isolation() {
  if (const char* refused = std::getenv("GRADER_NO_NAMESPACES"); refused && *refused)
    return {false, "GRADER_NO_NAMESPACES is set"};
  static const std::string reason = try_namespaces();
  return {reason.empty(), reason};
}

}  // namespace grader
