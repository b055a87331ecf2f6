// Start by spawn: a fresh run of this program, which main_guard turns into the child.
#include <spawn.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "01_process/child.hpp"
#include "common/interrupt.hpp"

namespace mp {

namespace {

constexpr std::string_view child_flag = "--mp-spawn";
bool guarded = false;

/// What a spawned child is told before its call: build, own name, daemon; the parent's pid, name, pidfd.
using Birth = std::tuple<std::string, std::string, bool, pid_t, std::string, Descriptor>;

/// The message as a file in memory, which no pipe's capacity can block: the numbers of the
/// descriptors, which the child inherits under the same numbers, then the bytes.
Descriptor written(const Message& message) {
  Encoder head;
  std::vector<int> numbers;
  for (const Descriptor& d : message.descriptors) numbers.push_back(d.number());
  encode(head, numbers);
  head.bytes(message.bytes);
  return memory_file("mp-spawn", head.take().bytes);
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

/// Starts this program again with these descriptors; all others close at exec.
pid_t run_again(char* const argv[], const std::vector<int>& descriptors) {
  posix_spawn_file_actions_t actions;
  check_code(::posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
  int code = 0;
  for (const int d : descriptors)  // a dup2 to itself clears close-on-exec, in the child alone
    if (code == 0) code = ::posix_spawn_file_actions_adddup2(&actions, d, d);
  pid_t pid = 0;
  if (code == 0) code = ::posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, argv, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  check_code(code, "posix_spawn");
  return pid;
}

/// First the birth, then the call, in one message.
Message birth_and_call(const Identity& child, const Message& call) {
  const Self& me = self();
  Encoder out;
  encode(out, Birth{build_id(), child.name, child.daemon, me.pid, me.identity.name, me.handle.duplicate()});
  out.append(call);
  return out.take();
}

[[noreturn]] void be_spawned_child(int file_number) {
  Decoder in{read_back(Descriptor{file_number})};
  auto [build, name, daemon, parent_pid, parent_name, parent] = decode<Birth>(in);
  if (build != build_id()) throw DecodeError{"parent and child are different builds of the program"};
  interrupt::become_child();
  self().parent = std::move(parent);
  self().parent_pid = parent_pid;
  self().parent_name = parent_name;
  be_child({name, daemon}, [&] { run_packed(in); });  // a Process has no use for the result
}

}  // namespace

void main_guard(int argc, char** argv) {
  guarded = true;
  int spare = 0;  // a program may be started without its standard streams: nothing else may get their numbers
  while (spare >= 0 && spare <= STDERR_FILENO) spare = ::open("/dev/null", O_RDWR);
  ::close(spare);
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
  std::vector<int> descriptors{file.number()};
  for (const Descriptor& d : message.descriptors) descriptors.push_back(d.number());
  std::string flag{child_flag}, number = std::to_string(file.number());
  char* const argv[] = {program_invocation_name, flag.data(), number.data(), nullptr};
  return Started{run_again(argv, descriptors)};
}

}  // namespace mp
