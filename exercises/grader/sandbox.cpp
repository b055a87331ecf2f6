#include "exercises/grader/sandbox.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
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
#include "exercises/grader/pipe.hpp"
#include "exercises/grader/proc.hpp"
#include "exercises/grader/room.hpp"
#include "exercises/grader/wire.hpp"

namespace fs = std::filesystem;

namespace grader {
namespace {

using mp::check;
using mp::Descriptor;

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
  auto name = mp::read_text(folder_of(pid) + "/comm").value_or("?");
  return name.substr(0, name.find('\n'));
}

std::string descriptor_text(pid_t pid, const std::string& number) {
  return fmt::format("descriptor {} ({})", number, target_of(pid, number));
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
    for (const std::string& number : entries(folder_of(pid) + "/fd")) {
      struct stat file {};
      if (target_of(pid, number).starts_with("/memfd:") &&
          ::stat(fmt::format("/proc/{}/fd/{}", pid, number).c_str(), &file) == 0)
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
    if (state_in(folder_of(pid)) == 'Z')
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
  init_ = namespaces_ ? fork_into_room() : check(::fork(), "fork");
  if (init_ == 0) {
    try {
      for (Descriptor* ours : {&output_, &errors_, &wire_, &status_}) ours->reset();
      if (namespaces_) {
        binary = furnish_room(binary, fs::path{program}.filename());
        // Of this namespace: a wall for those who breed faster than we can count.
        limit(RLIMIT_NPROC, 4 * limits_.processes);
      }
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

Outcome run_isolated(const std::string& program, const std::vector<std::string>& arguments, const Limits& limits) {
  return Supervision{limits, isolation().namespaces}.run(program, arguments);
}

}  // namespace grader
