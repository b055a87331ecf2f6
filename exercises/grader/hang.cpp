// Who waits for what, from /proc: the system call that each thread is in, and its arguments, say what for; the
// descriptors of all the others say who could end that.
#include "exercises/grader/hang.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <optional>
#include <sstream>

#include "common/descriptor.hpp"
#include "exercises/grader/memory.hpp"
#include "exercises/grader/place.hpp"
#include "exercises/grader/proc.hpp"

namespace fs = std::filesystem;

namespace grader {
namespace {

using mp::Descriptor;

std::string proc(pid_t pid, const std::string& rest) {
  return mp::read_text(fmt::format("/proc/{}/{}", pid, rest)).value_or("");
}

/// What stands behind `key:` in one of the files of /proc.
std::string field(const std::string& text, const std::string& key) {
  const auto at = ("\n" + text).find("\n" + key + ":");
  if (at == std::string::npos) return "";
  const auto from = at + key.size() + 1;
  return text.substr(from, text.find('\n', from) - from);
}

/// The last word of a line, as a number: of several pids, the one in the innermost namespace.
int last_number(const std::string& line) {
  std::istringstream words{line};
  int number = 0;
  for (int next; words >> next;) number = next;
  return number;
}

/// The number that a process, or thread, knows itself by.
int own_number(pid_t pid, const std::string& status_file = "status") {
  return last_number(field(proc(pid, status_file), "NSpid"));
}

/// The entries of a folder of /proc that has numbers only, smallest first.
std::vector<int> numbers_in(const std::string& folder) {
  std::vector<int> all;
  for (const auto& name : entries(folder)) all.push_back(std::stoi(name));
  std::sort(all.begin(), all.end());
  return all;
}

struct Call {
  long number = -1;
  std::array<unsigned long, 6> arguments{};
};

/// The system call that a thread is in; nothing while it computes.
std::optional<Call> call_of(pid_t pid, const std::string& thread) {
  std::istringstream text{proc(pid, "task/" + thread + "/syscall")};
  Call call;
  if (!(text >> call.number) || call.number < 0) return std::nullopt;
  for (auto& argument : call.arguments) text >> std::hex >> argument;
  return call;
}

/// Asks the kernel which unix sockets are connected, in the network namespace of some process.
class Sockets {
 public:
  /// Its child shares our table of descriptors, goes into that namespace and leaves a socket of there in our table.
  explicit Sockets(pid_t inside) : socket_{mp::check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open(/dev/null)")} {
    const auto helper = static_cast<pid_t>(
        mp::check(::syscall(SYS_clone, CLONE_FILES | SIGCHLD, nullptr, nullptr, nullptr, nullptr), "clone"));
    if (helper == 0) {
      const auto them = static_cast<int>(::syscall(SYS_pidfd_open, inside, 0));
      (void)!::setns(them, CLONE_NEWUSER | CLONE_NEWNET);  // fails where there are no namespaces, and none are needed
      const int there = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
      ::dup3(there, socket_.number(), O_CLOEXEC);
      ::close(there);
      ::close(them);
      ::_exit(0);
    }
    (void)mp::retry([&] { return ::waitpid(helper, nullptr, 0); });
  }

  /// The inode at the other end of a socket; nothing where the kernel does not say.
  std::optional<unsigned> peer(unsigned inode) const {
    struct {
      nlmsghdr header{sizeof(nlmsghdr) + sizeof(unix_diag_req), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, 0};
      unix_diag_req asked{AF_UNIX, 0, 0, ~0U, 0, UDIAG_SHOW_PEER, {~0U, ~0U}};
    } question;
    question.asked.udiag_ino = inode;
    struct {
      nlmsghdr header;
      unix_diag_msg about;
      rtattr kind;
      unsigned peer;
    } answer{};
    if (::send(socket_.number(), &question, sizeof question, 0) == -1) return std::nullopt;
    const auto n = ::recv(socket_.number(), &answer, sizeof answer, 0);
    const bool told =
        n == sizeof answer && answer.header.nlmsg_type == SOCK_DIAG_BY_FAMILY && answer.kind.rta_type == UNIX_DIAG_PEER;
    return told ? std::optional{answer.peer} : std::nullopt;
  }

 private:
  Descriptor socket_;
};

std::string list(const std::vector<std::string>& items) { return fmt::format("{}", fmt::join(items, ", ")); }

/// All that can be said of one run's processes.
class Room {
 public:
  explicit Room(const std::vector<pid_t>& processes) : processes_{processes}, sockets_{processes.front()} {}

  static constexpr auto computes = "computes";

  std::string name(pid_t pid) const { return fmt::format("process {}", own_number(pid)); }

  /// What a thread does now.
  std::string doing(pid_t pid, const std::string& thread) const {
    const char state = state_in(folder_of(pid) + "/task/" + thread);
    if (state == 'Z') return "has ended, and nobody has waited for it";
    if (state == 'T') return "is stopped, by a signal";
    const auto call = call_of(pid, thread);
    if (call) return in_call(pid, *call) + place_of(pid, thread);
    return state == 'R' ? computes : "";
  }

 private:
  std::string in_call(pid_t pid, const Call& call) const {
    const auto fd = static_cast<int>(call.arguments[0]);
    switch (call.number) {
      case SYS_read:
      case SYS_readv:
      case SYS_recvfrom:
      case SYS_recvmsg:
        return "waits to read from " + other_ends(pid, fd, true);
      case SYS_write:
      case SYS_writev:
      case SYS_sendto:
      case SYS_sendmsg:
        return "waits for room to write into " + other_ends(pid, fd, false);
      case SYS_wait4:
        return fd > 0 ? child(fd) : "waits for any of its children to end";
      case SYS_waitid:
        if (fd == P_PIDFD) return "waits for " + end_of(pid, static_cast<int>(call.arguments[1])) + " to end";
        return fd == P_PID ? child(static_cast<int>(call.arguments[1])) : "waits for any of its children to end";
      case SYS_futex:
        return on_futex(pid, call);
      case SYS_ppoll:
        return in_poll(pid, call);
      case SYS_clock_nanosleep:
      case SYS_nanosleep:
        return "sleeps for a time";
      case SYS_rt_sigsuspend:
      case SYS_rt_sigtimedwait:
        return "waits for a signal";
#ifdef SYS_pause  // of old architectures
      case SYS_pause:
        return "waits for a signal";
      case SYS_poll:
        return in_poll(pid, call);
#endif
      default:
        return fmt::format("is in system call {}", call.number);
    }
  }

  /// The pipe, socket or whatever it is, and who has its other end open.
  std::string other_ends(pid_t pid, int fd, bool reads) const {
    const auto what = target_of(pid, std::to_string(fd));
    if (what.starts_with("socket:")) {
      const auto peer = sockets_.peer(static_cast<unsigned>(std::stoul(what.substr(8))));
      const auto others = peer ? who_has(pid, fmt::format("socket:[{}]", *peer), {}) : "nobody we can see";
      return fmt::format("descriptor {}, a socket whose other end is open in {}", fd, others);
    }
    if (!what.starts_with("pipe:")) return fmt::format("descriptor {}, {}", fd, what);
    return fmt::format("descriptor {}, a pipe whose {} end is open in {}", fd, reads ? "writing" : "reading",
                       who_has(pid, what, reads ? O_WRONLY : O_RDONLY));
  }

  /// The processes that have it open, in that mode if one is given.
  std::string who_has(pid_t asking, const std::string& what, std::optional<int> mode) const {
    std::vector<std::string> all;
    for (const pid_t each : processes_)
      for (const int number : numbers_in(folder_of(each) + "/fd"))
        if (target_of(each, std::to_string(number)) == what && (!mode || is_end(each, number, *mode)))
          all.push_back(fmt::format("{} (descriptor {})", each == asking ? "itself" : name(each), number));
    return all.empty() ? "nobody we can see" : list(all);
  }

  static bool is_end(pid_t pid, int fd, int mode) {
    const auto flags = field(proc(pid, fmt::format("fdinfo/{}", fd)), "flags");
    const int opened = flags.empty() ? -1 : std::stoi(flags, nullptr, 8) & O_ACCMODE;
    return opened == mode || opened == O_RDWR;
  }

  std::string child(int number) const { return fmt::format("waits for process {} to end", number); }
  std::string end_of(pid_t pid, int fd) const {
    const int other = last_number(field(proc(pid, fmt::format("fdinfo/{}", fd)), "Pid"));
    return other > 0 ? name(other) : target_of(pid, std::to_string(fd));
  }

  /// A mutex of the C library holds its owner's number: a robust one in the word, others two words on.
  std::string on_futex(pid_t pid, const Call& call) const {
    const auto words = memory<unsigned>(pid, call.arguments[0], 3);
    if (words.size() == 3) {
      const int in_word = static_cast<int>(words[0] & FUTEX_TID_MASK);
      if (words[0] & FUTEX_WAITERS) return lock_of(in_word);
      if (words[0] == 2 && thread_of(static_cast<int>(words[2]))) return lock_of(static_cast<int>(words[2]));
      if (const auto thread = thread_of(in_word); thread && *thread == pid)
        return fmt::format("waits for its thread {} to end", in_word);
    }
    return "sleeps until somebody wakes it: a condition, a semaphore or the like";
  }
  std::string lock_of(int holder) const {
    const auto process = thread_of(holder);
    return "waits for a lock that " + (process ? name(*process) : fmt::format("{}, who is no more,", holder)) +
           " holds";
  }
  /// The process that has a thread of this number.
  std::optional<pid_t> thread_of(int number) const {
    for (const pid_t pid : processes_)
      for (const auto& thread : entries(folder_of(pid) + "/task"))
        if (number > 0 && own_number(pid, "task/" + thread + "/status") == number) return pid;
    return std::nullopt;
  }

  std::string in_poll(pid_t pid, const Call& call) const {
    std::vector<std::string> watched;
    for (const pollfd& each : memory<pollfd>(pid, call.arguments[0], std::min(call.arguments[1], 8UL))) {
      const bool is_process = target_of(pid, std::to_string(each.fd)) == "anon_inode:[pidfd]";
      watched.push_back(is_process ? "the end of " + end_of(pid, each.fd) : other_ends(pid, each.fd, true));
    }
    return watched.empty() ? "sleeps for a time" : "waits for " + list(watched);
  }

  const std::vector<pid_t>& processes_;
  const Sockets sockets_;
};

struct Activity {
  pid_t process;
  std::string thread, does;
};

}  // namespace

std::vector<std::string> who_waits(const std::vector<pid_t>& processes) {
  if (processes.empty()) return {};
  const Room room{processes};
  std::vector<Activity> all;
  for (const pid_t pid : processes)
    for (const int id : numbers_in(folder_of(pid) + "/task"))
      if (auto does = room.doing(pid, std::to_string(id)); !does.empty())
        all.push_back({pid, std::to_string(id), std::move(does)});
  std::vector<std::string> lines;
  for (const auto& [pid, thread, does] : all) {
    const bool is_first = thread == std::to_string(pid);
    lines.push_back(room.name(pid) + (is_first ? " " : ", in another thread, ") + does);
    if (does == Room::computes) lines.back() += place_while_stopped(pid, thread);  // the others have been looked at
  }
  return lines;
}

}  // namespace grader
