// Start by spawn: a fresh run of this program, which main_guard turns into the child.
#include <spawn.h>
#include <sys/mman.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "01_process/child.hpp"
#include "01_process/interrupt.hpp"
#include "common/pidfd.hpp"

namespace mp {

template <>
inline constexpr auto fields<Identity> = std::tuple{&Identity::name, &Identity::daemon};

namespace {

constexpr std::string_view child_flag = "--mp-spawn";
bool guarded = false;

/// What a spawned child is told before its call: who it is, and who its parent is.
struct Birth {
  std::string build;
  Identity identity;
  pid_t parent_pid;
  std::string parent_name;
  Descriptor parent;
};

}  // namespace

template <>
inline constexpr auto fields<Birth> =
    std::tuple{&Birth::build, &Birth::identity, &Birth::parent_pid, &Birth::parent_name, &Birth::parent};

namespace {

/// The message as a file in memory, which no pipe's capacity can block: the numbers of the
/// descriptors, which the child inherits under the same numbers, then the bytes.
Descriptor written(const Message& message) {
  Encoder head;
  std::vector<int> numbers;
  for (const Descriptor& d : message.descriptors) numbers.push_back(d.number());
  encode(head, numbers);
  Descriptor file = memory_file("mp-spawn");
  write_all(file.number(), head.take().bytes);
  write_all(file.number(), message.bytes);
  check(::lseek(file.number(), 0, SEEK_SET), "lseek");
  return file;
}

Message read_back(const Descriptor& file) {
  Decoder in{Message{read_to_end(file.number()), {}}};
  Message message;
  for (const int number : decode<std::vector<int>>(in)) {
    check(::fcntl(number, F_SETFD, FD_CLOEXEC), "fcntl(F_SETFD)");
    message.descriptors.emplace_back(number);
  }
  const auto rest = in.bytes(in.left());
  message.bytes.assign(rest.begin(), rest.end());
  return message;
}

/// The descriptors that go along: everything else closes at exec.
class FileActions {
 public:
  FileActions() { check_code(::posix_spawn_file_actions_init(&actions_), "posix_spawn_file_actions_init"); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  void keep(const Descriptor& d) {  // a dup2 to itself clears close-on-exec, in the child alone
    check_code(::posix_spawn_file_actions_adddup2(&actions_, d.number(), d.number()),
               "posix_spawn_file_actions_adddup2");
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// First the birth, then the call, in one message.
Message birth_and_call(const Identity& child, const Message& call) {
  const Self& me = self();
  Encoder out;
  encode(out, Birth{build_id(), child, me.pid, me.identity.name, me.handle.duplicate()});
  for (const Descriptor& d : call.descriptors) out.descriptor(d);
  out.bytes(call.bytes);
  return out.take();
}

[[noreturn]] void be_spawned_child(int file_number) {
  Decoder in{read_back(Descriptor{file_number})};
  Birth birth = decode<Birth>(in);
  if (birth.build != build_id()) throw DecodeError{"parent and child are different builds of the program"};
  self().parent = std::move(birth.parent);
  self().parent_pid = birth.parent_pid;
  self().parent_name = birth.parent_name;
  be_child(birth.identity, [&] {
    Encoder result;  // a Process has no use for it
    find_task(decode<std::string>(in))(in, result);
  });
}

}  // namespace

void main_guard(int argc, char** argv) {
  guarded = true;
  interrupt::take_children_along();
  if (argc != 3 || argv[1] != child_flag) return;
  int file = -1;
  const std::string_view number = argv[2];
  std::from_chars(number.data(), number.data() + number.size(), file);
  try {
    be_spawned_child(file);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s is how a spawned child is started, not for the command line: %s\n", argv[1], error.what());
    std::exit(1);
  }
}

Started start::Spawn::launch(const Identity& child, const Message& call) {
  if (!guarded)
    throw std::logic_error{
        "start::spawn runs this program again: make mp::main_guard(argc, argv) the first line of main"};
  const Message message = birth_and_call(child, call);
  const Descriptor file = written(message);
  FileActions actions;
  actions.keep(file);
  for (const Descriptor& d : message.descriptors) actions.keep(d);
  std::string flag{child_flag}, number = std::to_string(file.number());
  char* const argv[] = {program_invocation_name, flag.data(), number.data(), nullptr};
  pid_t pid = 0;
  check_code(::posix_spawn(&pid, "/proc/self/exe", actions.get(), nullptr, argv, environ), "posix_spawn");
  return {pid, Descriptor{check(pidfd_open(pid, 0), "pidfd_open")}};
}

}  // namespace mp
