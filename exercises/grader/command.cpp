#include "exercises/grader/command.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <memory>

#include "common/descriptor.hpp"
#include "exercises/grader/pipe.hpp"
#include "exercises/grader/translation.hpp"

namespace grader {
namespace {

pid_t start(const std::vector<std::string>& command, const std::string& output, const mp::Descriptor& lines) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  mp::check_code(::posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
  if (lines.is_open()) ::posix_spawn_file_actions_adddup2(&actions, lines.number(), lines_descriptor);
  pid_t pid = 0;
  const int code = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  mp::check_code(code, argv[0]);
  return pid;
}

int status_of(pid_t pid) {
  int status = 0;
  mp::check(mp::retry([&] { return ::waitpid(pid, &status, 0); }), "waitpid");
  return status;
}

void read_lines(const mp::Descriptor& from, const std::function<void(const std::string&)>& on_line) {
  std::string text;
  char piece[4096];
  while (const auto n = mp::check(mp::retry([&] { return ::read(from.number(), piece, sizeof piece); }), "read")) {
    text.append(piece, static_cast<std::size_t>(n));
    for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
      on_line(text.substr(0, end));
  }
}

}  // namespace

int run_command(const std::vector<std::string>& command, const std::string& output,
                const std::function<void(const std::string&)>& on_line) {
  mp::Descriptor reading, writing;
  if (on_line) std::tie(reading, writing) = make_pipe();
  const pid_t pid = start(command, output, writing);
  writing.reset();  // ours, so that the lines end when the command does
  try {
    if (on_line) read_lines(reading, on_line);
  } catch (...) {
    ::kill(pid, SIGKILL);
    status_of(pid);
    throw;
  }
  const int status = status_of(pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Output output_of(const std::vector<std::string>& command) {
  const mp::Descriptor file = mp::memory_file("output");
  const int code = run_command(command, fmt::format("/proc/self/fd/{}", file.number()));
  const auto bytes = mp::content_of(file);
  return {code, lines_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()})};
}

}  // namespace grader
