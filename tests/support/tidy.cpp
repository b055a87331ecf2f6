#include "tests/support/tidy.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <thread>

#include "01_process/process.hpp"
#include "common/descriptor.hpp"
#include "common/machine.hpp"
#include "common/process_tree.hpp"

namespace fs = std::filesystem;

#ifdef __SANITIZE_THREAD__
/// An exception that two threads hold is counted inside the C++ library, where the sanitizer does not look.
extern "C" const char* __tsan_default_suppressions() {
  return "race:std::__exception_ptr::exception_ptr::_M_release\n";
}
/// Else each process waits a second at its end, for races that nobody could see any more.
extern "C" const char* __tsan_default_options() { return "atexit_sleep_ms=0"; }
#endif

namespace tidy {
namespace {

std::set<std::string> entries(const fs::path& folder_path) {
  std::set<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator{folder_path, none}) names.insert(entry.path().filename());
  return names;
}

/// The names in /dev/shm, but for those of tests that run at the same time.
std::set<std::string> shared_names() {
  auto names = entries("/dev/shm");
  std::erase_if(names, [](const auto& name) { return name.starts_with("forklore-test-") && name != shared_name(); });
  return names;
}

/// What a process holds and a test might forget to give back.
struct Belongings {
  std::set<std::string> descriptors = open_descriptors(), shared = shared_names(), files = entries(folder());
  int threads = mp::thread_count();
  std::size_t children = mp::descendants(::getpid()).size();

  static std::set<std::string> open_descriptors() {
    std::set<std::string> open;
    for (const std::string& number : entries("/proc/self/fd")) {
      std::error_code gone;
      const auto target = fs::read_symlink("/proc/self/fd/" + number, gone);
      if (gone || target == fs::path{"/proc/" + std::to_string(::getpid()) + "/fd"}) continue;
      const std::string name = target;
      if (name.find("/Testing/Temporary/") == std::string::npos) open.insert(number + " " + name);  // ctest's log moves
    }
    return open;
  }
};

class Watch : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override { before_ = Belongings{}; }
  void OnTestEnd(const testing::TestInfo&) override {
    // A thread that was joined may still be in /proc for a moment.
    eventually([&] { return mp::thread_count() <= before_.threads; });
    const Belongings after;
    EXPECT_EQ(after.descriptors, before_.descriptors) << "descriptors were left open";
    EXPECT_EQ(after.shared, before_.shared) << "something stayed in /dev/shm";
    EXPECT_EQ(after.files, before_.files) << "temporary files stayed";
    EXPECT_EQ(after.threads, before_.threads) << "threads stayed";
    EXPECT_EQ(after.children, before_.children) << "processes stayed";
    mp::end_all_descendants();
  }
  Belongings before_;
};

std::string read_all(int fd) {
  const auto bytes = mp::read_to_end(fd);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

int code_of(int status) { return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status); }

struct Pipes {
  int out[2], err[2];
  Pipes() { mp::check(::pipe2(out, O_CLOEXEC), "pipe2"), mp::check(::pipe2(err, O_CLOEXEC), "pipe2"); }
};

/// Forks a child whose output goes into pipes and which leads a process group of its own.
int fork_with(const Pipes& pipes, const std::function<int()>& body) {
  std::cout.flush();
  std::fflush(nullptr);
  const int pid = mp::check(::fork(), "fork");
  if (pid == 0) {
    ::setpgid(0, 0);
    ::alarm(120);  // if all else fails
    ::dup2(pipes.out[1], 1);
    ::dup2(pipes.err[1], 2);
    int code = 99;
    try {
      code = body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "test child: %s\n", error.what());
    }
    std::cout.flush();
    std::fflush(nullptr);
    ::_exit(code);
  }
  ::setpgid(pid, pid);
  return pid;
}

int exec(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  std::perror(argv[0]);
  return 127;
}

}  // namespace

bool eventually(const std::function<bool()>& condition) {
  for (const mp::Deadline end{watchdog}; !condition(); std::this_thread::sleep_for(1ms))
    if (end.passed()) return false;
  return true;
}

bool runs(int pid) {
  const auto stat = mp::read_text("/proc/" + std::to_string(pid) + "/stat");
  return stat && stat->find(") Z") == std::string::npos && stat->find(") X") == std::string::npos;
}

Background::Background(const std::vector<std::string>& command) : Background{[&] { return exec(command); }} {}

Background::Background(const std::function<int()>& body) {
  const Pipes pipes;
  pid_ = fork_with(pipes, body);
  ::close(pipes.out[1]);
  ::close(pipes.err[1]);
  output_ = pipes.out[0];
  errors_ = pipes.err[0];
}

Background::~Background() {
  if (!over_) {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(output_);
  ::close(errors_);
}

void Background::signal(int number) const { ::kill(pid_, number); }

std::string Background::line() {
  std::string text;
  for (char c; mp::wait_readable(output_, mp::Deadline{watchdog}) && ::read(output_, &c, 1) == 1 && c != '\n';)
    text += c;
  return text;
}

Ended Background::wait() {
  Ended ended{0, "", ""};
  std::thread errors{[&] { ended.errors = read_all(errors_); }};
  ended.output = read_all(output_);
  errors.join();
  int status = 0;
  mp::check(mp::retry([&] { return ::waitpid(pid_, &status, 0); }), "waitpid");
  over_ = true;
  ended.code = code_of(status);
  return ended;
}

bool orphans_end() {
  return eventually([] {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
    return mp::descendants(::getpid()).empty();
  });
}

long own_memory() {
  const auto status = mp::read_text("/proc/self/status").value_or("");
  return std::stol(status.substr(status.find("RssAnon:") + 8));
}

Ended in_child(const std::function<int()>& body) { return Background{body}.wait(); }

Ended run_program(const std::vector<std::string>& command, const std::string& input) {
  const mp::Descriptor text = mp::memory_file("input");
  mp::write_all(text.number(), std::as_bytes(std::span{input}));
  ::lseek(text.number(), 0, SEEK_SET);
  return in_child([&] {
    ::dup2(text.number(), 0);
    return exec(command);
  });
}

std::string shared_name() { return "forklore-test-" + std::to_string(::getpid()); }
std::string folder() { return std::getenv("TMPDIR"); }

TemporaryFile::TemporaryFile(const std::string& name, const std::string& text) : path_{folder() + "/" + name} {
  std::ofstream{path_} << text;
}
TemporaryFile::~TemporaryFile() { std::remove(path_.c_str()); }

std::string root() { return COURSE_ROOT; }
std::string build() { return COURSE_BUILD; }

}  // namespace tidy

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  std::string temporary = (fs::temp_directory_path() / "forklore-XXXXXX").string();
  if (::mkdtemp(temporary.data()) == nullptr) mp::throw_errno("mkdtemp");
  ::setenv("TMPDIR", temporary.c_str(), 1);
  ::setenv("LEARN_STATE", (temporary + "/state").c_str(), 1);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::signal(SIGINT, SIG_DFL);  // ignored where a shell started us in the background
  testing::InitGoogleTest(&argc, argv);
  testing::UnitTest::GetInstance()->listeners().Append(new tidy::Watch);
  mp::Process{[] {}}.start();  // the first one opens what the process keeps for good
  const int code = RUN_ALL_TESTS();
  fs::remove_all(temporary);
  return code;
}
