#include "exercises/grader/sandbox.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "common/descriptor.hpp"
#include "common/pickle/codec.hpp"
#include "common/pidfd.hpp"
#include "common/process_tree.hpp"
#include "common/type_name.hpp"
#include "exercises/grader/hang.hpp"
#include "exercises/grader/wire.hpp"

namespace fs = std::filesystem;

namespace grader {
namespace {

using mp::check;
using mp::Descriptor;

// ---- the rooms a submission lives in ----

void write_proc(const std::string& path, const std::string& text) {
  const Descriptor file{check(::open(path.c_str(), O_WRONLY | O_CLOEXEC), path.c_str())};
  check(::write(file.number(), text.data(), text.size()), path.c_str());
}

constexpr int rooms = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET;
constexpr unsigned ordinary = 1000, nobody = 65534;

pid_t fork_into(int namespaces) {
  return static_cast<pid_t>(
      check(::syscall(SYS_clone, namespaces | SIGCHLD, nullptr, nullptr, nullptr, nullptr), "clone"));
}

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

std::pair<Descriptor, Descriptor> make_pipe() {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "pipe2");
  return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

/// The child waits until its user is known. Exec takes away the powers that a new user namespace gives.
pid_t fork_into_rooms() {
  auto [go, say_go] = make_pipe();
  const pid_t pid = fork_into(rooms);
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

/// A file system of its own, read-only but for a small /tmp and /dev/shm, with a /proc of this namespace. The program
/// lies in its root.
void arrange_mounts(const Descriptor& program, const std::string& name) {
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
}

/// The reason why namespaces cannot be had; empty when they can.
std::string try_namespaces() {
  try {
    const Descriptor self{check(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "open")};
    const pid_t pid = fork_into_rooms();
    if (pid == 0) {
      try {
        arrange_mounts(self, "program");
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

// ---- the submission's side, from fork to exec ----

void limit(__rlimit_resource what, rlim_t most) {
  const rlimit both{most, most};
  check(::setrlimit(what, &both), "setrlimit");
}

void apply(const Limits& limits) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 64 << 20);
  limit(RLIMIT_NOFILE, 1024);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they reserve terabytes and use little
  limit(RLIMIT_AS, limits.memory_bytes);
#else
  (void)limits;
#endif
}

struct Pipes {
  Descriptor output, errors, wire;
};

/// Nothing is inherited but standard input (empty), output, error and the wire.
[[noreturn]] void become_subject(const Descriptor& program, const std::vector<std::string>& arguments,
                                 const Pipes& pipes, const Limits& limits, const std::string& folder) {
  check(::setpgid(0, 0), "setpgid");
  check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl");
  const Descriptor nothing{check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open(/dev/null)")};
  // Far from the numbers they go to, so that no dup2 closes what a later one needs.
  const Descriptor binary{check(::fcntl(program.number(), F_DUPFD_CLOEXEC, 100), "fcntl")};
  const Descriptor wire{check(::fcntl(pipes.wire.number(), F_DUPFD_CLOEXEC, 100), "fcntl")};
  const Descriptor output{check(::fcntl(pipes.output.number(), F_DUPFD_CLOEXEC, 100), "fcntl")};
  const Descriptor errors{check(::fcntl(pipes.errors.number(), F_DUPFD_CLOEXEC, 100), "fcntl")};
  check(::dup2(nothing.number(), 0), "dup2");
  check(::dup2(output.number(), 1), "dup2");
  check(::dup2(errors.number(), 2), "dup2");
  check(::dup2(wire.number(), wire::descriptor), "dup2");
  check(::close_range(wire::descriptor + 1, ~0U, CLOSE_RANGE_CLOEXEC), "close_range");
  check(::chdir(folder.c_str()), "chdir");
  apply(limits);
  std::vector<char*> argv{const_cast<char*>("submission")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const std::string temporary = "TMPDIR=" + folder;
  char* const environment[] = {const_cast<char*>("PATH=/usr/bin:/bin"), const_cast<char*>("LC_ALL=C.UTF-8"),
                               const_cast<char*>(temporary.c_str()), nullptr};
  check(::fexecve(binary.number(), argv.data(), environment), "fexecve");
  std::abort();
}

/// The first process of a run: starts the submission, adopts and reaps what loses its parent, and
/// ends as the submission did. In a pid namespace its death ends everything in there.
[[noreturn]] void be_init(const std::function<void()>& subject, int status_to) {
  check(::prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
  pollfd judge{status_to, 0, 0};
  if (::poll(&judge, 1, 0) != 0) ::_exit(126);  // it went before we could ask to go with it: nobody reads
  check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
  check(::prctl(PR_SET_DUMPABLE, 0), "prctl");  // not to be traced or read by what it started
  const pid_t pid = check(::fork(), "fork");
  if (pid == 0) {
    try {
      subject();
    } catch (const std::exception& error) {
      fmt::print(stderr, "the submission could not be started: {}\n", error.what());
    }
    ::_exit(127);
  }
  if (status_to > 0) ::close_range(0, static_cast<unsigned>(status_to) - 1, 0);  // whose other end is gone shall know
  ::close_range(static_cast<unsigned>(status_to) + 1, ~0U, 0);
  for (;;) {
    int status = 0;
    const pid_t ended = mp::retry([&] { return ::waitpid(-1, &status, 0); });
    if (ended == pid) (void)!::write(status_to, &status, sizeof status);
    if (ended == -1) ::_exit(0);
  }
}

// ---- our side ----

std::string name_of(pid_t pid) {
  auto name = mp::read_text(fmt::format("/proc/{}/comm", pid)).value_or("?");
  return name.substr(0, name.find('\n'));
}

/// The letter of /proc/PID/stat: R running, S sleeping, T stopped, Z zombie.
char state_of(pid_t pid) {
  const auto stat = mp::read_text(fmt::format("/proc/{}/stat", pid)).value_or("");
  const auto bracket = stat.rfind(')');
  return bracket == std::string::npos ? 'X' : stat[bracket + 2];
}

std::set<std::string> entries(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator{folder, gone}) names.insert(entry.path().filename());
  return names;
}

std::string descriptor_text(pid_t pid, const std::string& number) {
  std::error_code gone;
  const auto target = fs::read_symlink(fmt::format("/proc/{}/fd/{}", pid, number), gone);
  return fmt::format("descriptor {} ({})", number, target.string());
}

/// Does this descriptor hold the very process that has it? The course's Process keeps one, for its children.
bool is_own_pidfd(pid_t pid, const std::string& number) {
  const auto info = mp::read_text(fmt::format("/proc/{}/fdinfo/{}", pid, number)).value_or("");
  return info.find(fmt::format("\nPid:\t{}\n", pid)) != std::string::npos;
}

/// Memory that they use now; files in memory, whether somebody has mapped them or not, count for whoever has them open.
std::size_t bytes_of(const std::vector<pid_t>& processes) {
  std::size_t pages = 0;
  std::map<ino_t, std::size_t> files;
  for (const pid_t pid : processes) {
    std::istringstream statm{mp::read_text(fmt::format("/proc/{}/statm", pid)).value_or("")};
    std::size_t all = 0, resident = 0;
    if (statm >> all >> resident) pages += resident;
    for (const std::string& number : entries(fmt::format("/proc/{}/fd", pid))) {
      const auto link = fmt::format("/proc/{}/fd/{}", pid, number);
      std::error_code gone;
      struct stat file {};
      if (fs::read_symlink(link, gone).string().starts_with("/memfd:") && ::stat(link.c_str(), &file) == 0)
        files[file.st_ino] = static_cast<std::size_t>(file.st_blocks) * 512;
    }
  }
  std::size_t sum = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  for (const auto& [id, bytes] : files) sum += bytes;
  return sum;
}

/// One run, from the fork to the last look.
class Supervision {
 public:
  Supervision(const Limits& limits, bool namespaces) : limits_{limits}, namespaces_{namespaces} {}
  Outcome run(const std::string& program, const std::vector<std::string>& arguments);

 private:
  /// What can be seen of the subject while it waits for our go.
  struct Look {
    std::set<std::string> descriptors, threads, files, shared;
  };
  Look look() const;
  void compare(const Look& before, const Look& after);
  void serve();
  void end();
  void enter_room(Descriptor& program, const std::string& name);
  bool is_too_much();
  void hear_wire();
  void go() { (void)!::send(wire_.number(), "g", 1, MSG_NOSIGNAL); }
  bool hear(Descriptor& from, std::string& into);
  void hear_status();

  const Limits limits_;
  const bool namespaces_;
  Outcome outcome_;
  std::string folder_ = "/tmp";
  pid_t init_ = 0;
  Descriptor output_, errors_, wire_, status_;
  std::optional<Look> before_;
  std::size_t reported_ = 0;
  bool done_ = false, over_ = false;
};

Supervision::Look Supervision::look() const {
  const auto proc = fmt::format("/proc/{}/", outcome_.subject);
  // In namespaces the subject's folders are seen through its root; without, they are ours.
  const std::string root = namespaces_ ? proc + "root" : "";
  return {entries(proc + "fd"), entries(proc + "task"), entries(root + folder_), entries(root + "/dev/shm")};
}

void Supervision::compare(const Look& before, const Look& after) {
  const auto added = [](const auto& was, const auto& is, auto&& note) {
    for (const auto& each : is)
      if (!was.contains(each)) note(each);
  };
  Leftovers& left = outcome_.left;
  added(before.descriptors, after.descriptors, [&](auto& number) {
    if (!is_own_pidfd(outcome_.subject, number)) left.descriptors.push_back(descriptor_text(outcome_.subject, number));
  });
  added(before.threads, after.threads, [&](auto& id) { left.threads.push_back("thread " + id); });
  added(before.files, after.files, [&](auto& name) { left.files.push_back("temporary file " + name); });
  added(before.shared, after.shared, [&](auto& name) { left.files.push_back("shared memory /dev/shm/" + name); });
  for (const pid_t pid : mp::descendants(init_)) {
    if (pid == outcome_.subject) continue;
    if (state_of(pid) == 'Z')
      left.zombies.push_back(fmt::format("process {} ended, but nobody waited for it", pid));
    else
      left.processes.push_back(fmt::format("process {} ({}) is still running", pid, name_of(pid)));
  }
}

void Supervision::hear_wire() {
  std::vector<std::byte> bytes(wire::largest);
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
  iovec piece{bytes.data(), bytes.size()};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  const auto n = ::recvmsg(wire_.number(), &header, MSG_CMSG_CLOEXEC);
  if (n <= 0) return wire_.reset();
  bytes.resize(static_cast<std::size_t>(n));
  reported_ += sizeof(Report) + bytes.size();
  ucred sender{};
  for (auto* c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS)
      std::memcpy(&sender, CMSG_DATA(c), sizeof sender);
  try {
    mp::Decoder in{mp::Message{std::move(bytes), {}}};
    auto key = mp::decode<std::string>(in);
    if (key == wire::ready && !before_) {
      outcome_.subject = sender.pid;
      before_ = look();
      go();
    } else if (key == wire::done && sender.pid == outcome_.subject && !done_) {
      done_ = true;
      compare(*before_, look());
      go();
    } else {
      const auto rest = in.bytes(in.left());
      outcome_.reports.push_back({sender.pid, std::move(key), {rest.begin(), rest.end()}});
    }
  } catch (const mp::DecodeError&) {
    // whatever that was, our half of the submission did not send it
  }
}

/// Takes what a pipe holds, and keeps as much as the limit allows; false at its end.
bool Supervision::hear(Descriptor& from, std::string& into) {
  char piece[4096];
  const auto n = mp::retry([&] { return ::read(from.number(), piece, sizeof piece); });
  if (n <= 0) return false;
  into.append(piece, std::min(static_cast<std::size_t>(n), limits_.output_bytes - into.size()));
  return true;
}

void Supervision::hear_status() {
  int status = 0;
  if (::read(status_.number(), &status, sizeof status) == sizeof status) {
    over_ = true;
    outcome_.ending = WIFSIGNALED(status) ? "killed by " + mp::signal_name(WTERMSIG(status))
                                          : fmt::format("exit code {}", WEXITSTATUS(status));
    outcome_.finished = done_ && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  status_.reset();
}

/// Listens to all it says until it is over or a limit is reached. What its children still hold open
/// when it has ended does not keep us.
void Supervision::serve() {
  const mp::Deadline end{limits_.wall};
  while (!over_ && status_.is_open()) {
    pollfd watched[] = {{output_.number(), POLLIN, 0},
                        {errors_.number(), POLLIN, 0},
                        {wire_.number(), POLLIN, 0},
                        {status_.number(), POLLIN, 0}};
    ::poll(watched, 4, 20);
    if (watched[0].revents && !hear(output_, outcome_.output)) output_.reset();
    if (watched[1].revents && !hear(errors_, outcome_.errors)) errors_.reset();
    if (watched[2].revents)
      hear_wire();
    else if (watched[3].revents)
      hear_status();  // only when the wire has nothing more to say
    if (over_) break;
    if (end.passed()) {
      outcome_.ending = fmt::format("stopped: still running after {:g} s", limits_.wall.count());
      outcome_.waits = who_waits(mp::descendants(init_));
      break;
    }
    if (is_too_much()) break;
  }
}

/// Whether it has used more than it may of what has no limit of its own.
bool Supervision::is_too_much() {
  const auto all = mp::descendants(init_, limits_.processes);
  if (reported_ > limits_.report_bytes)
    outcome_.ending = "stopped: it reported more than any scenario does";
  else if (all.size() > limits_.processes)
    outcome_.ending = fmt::format("stopped: it had started more than {} processes", limits_.processes);
  else if (bytes_of(all) > limits_.together_bytes)
    outcome_.ending = fmt::format("stopped: its processes used more than {} MB together", limits_.together_bytes >> 20);
  return !outcome_.ending.empty();
}

/// Ends whatever runs. The end of a namespace's first process ends all others, and none can be started meanwhile.
void Supervision::end() {
  if (namespaces_) {
    ::kill(init_, SIGKILL);
    (void)mp::retry([&] { return ::waitpid(init_, nullptr, 0); });
  }
  mp::end_all_descendants();
}

/// Its own view of the world, and its own copy of the program.
void Supervision::enter_room(Descriptor& program, const std::string& name) {
  arrange_mounts(program, name);
  program.reset(check(::open(("/" + name).c_str(), O_RDONLY | O_CLOEXEC), name.c_str()));
  limit(RLIMIT_NPROC, 4 * limits_.processes);  // of this namespace: a wall for those who breed faster than we can count
}

std::pair<Descriptor, Descriptor> make_wire() {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
  const int on = 1;
  check(::setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on), "setsockopt(SO_PASSCRED)");
  return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

Outcome Supervision::run(const std::string& program, const std::vector<std::string>& arguments) {
  check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
  Descriptor binary{check(::open(program.c_str(), O_RDONLY | O_CLOEXEC), program.c_str())};
  Pipes theirs;
  Descriptor status_end;
  std::tie(output_, theirs.output) = make_pipe();
  std::tie(errors_, theirs.errors) = make_pipe();
  std::tie(wire_, theirs.wire) = make_wire();
  std::tie(status_, status_end) = make_pipe();
  std::string private_folder = (fs::temp_directory_path() / "grade-XXXXXX").string();
  if (!namespaces_) {
    if (::mkdtemp(private_folder.data()) == nullptr) mp::throw_errno("mkdtemp");
    folder_ = private_folder;
  }
  init_ = namespaces_ ? fork_into_rooms() : fork_into(0);
  if (init_ == 0) {
    try {
      for (Descriptor* ours : {&output_, &errors_, &wire_, &status_}) ours->reset();
      if (namespaces_) enter_room(binary, fs::path{program}.filename());
      be_init([&] { become_subject(binary, arguments, theirs, limits_, folder_); }, status_end.number());
    } catch (const std::exception& error) {
      fmt::print(stderr, "the sandbox could not be built: {}\n", error.what());
      ::_exit(126);
    }
  }
  theirs = {};
  status_end.reset();
  serve();
  end();
  const auto holds_more = [](const Descriptor& d) {
    return d.is_open() && mp::wait_readable(d.number(), mp::Deadline{mp::Seconds{0}});
  };
  while (holds_more(output_) && hear(output_, outcome_.output)) continue;
  while (holds_more(errors_) && hear(errors_, outcome_.errors)) continue;
  std::error_code ignored;
  if (!namespaces_) fs::remove_all(private_folder, ignored);
  if (outcome_.ending.empty()) outcome_.ending = "ended without a trace";
  return std::move(outcome_);
}

}  // namespace

std::vector<std::string> Leftovers::all() const {
  std::vector<std::string> lines;
  for (const auto* part : {&zombies, &processes, &descriptors, &threads, &files})
    lines.insert(lines.end(), part->begin(), part->end());
  return lines;
}

Isolation isolation() {
  if (const char* refused = std::getenv("GRADER_NO_NAMESPACES"); refused && *refused)
    return {false, "GRADER_NO_NAMESPACES is set"};
  static const std::string reason = try_namespaces();
  return {reason.empty(), reason};
}

Outcome run_isolated(const std::string& program, const std::vector<std::string>& arguments, const Limits& limits) {
  return Supervision{limits, isolation().namespaces}.run(program, arguments);
}

}  // namespace grader
