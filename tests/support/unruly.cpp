// Scenarios of submissions that do what no submission should.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>

#include "common/workloads.hpp"
#include "exercises/grader/subject.hpp"

SCENARIO(fine) {
  std::puts("fine");
  grader::report("answer", 42);
}
SCENARIO(endless) { mp::never_end(); }

SCENARIO(waits_for_itself) {  // a reader that has the writing end open, too
  int ends[2];
  (void)!::pipe(ends);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte;
    (void)!::read(ends[0], &byte, 1);
  }
  ::close(ends[1]);
  ::waitpid(child, nullptr, 0);
}
SCENARIO(waits_for_a_copy) {  // a sleeper has a copy of the other end, though nobody gave it one
  int ends[2];
  (void)!::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends);
  if (::fork() == 0) mp::never_end();
  ::close(ends[1]);
  char byte;
  (void)!::read(ends[0], &byte, 1);
}
SCENARIO(two_locks) {  // each has one and wants the other
  auto* locks =
      static_cast<std::mutex*>(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  std::thread other{[=] {
    locks[1].lock();
    ::usleep(50'000);
    locks[0].lock();
  }};
  locks[0].lock();
  ::usleep(50'000);
  locks[1].lock();
  other.join();
}
SCENARIO(fills_a_pipe) {
  int ends[2];
  (void)!::pipe(ends);
  const std::string much(1 << 20, 'x');
  (void)!::write(ends[1], much.data(), much.size());
}
SCENARIO(joins_a_loop) {
  std::atomic<bool> never = false;
  std::thread{[&] {
    while (!never) continue;
  }}.join();
}
SCENARIO(crash) { mp::crash(); }
SCENARIO(exits_early) { std::exit(0); }
SCENARIO(eats_memory) {
  std::vector<std::string> eaten;
  for (int i = 0; i < 4096; ++i) eaten.emplace_back(std::size_t{1} << 24, 'x');
}

SCENARIO(counts) {  // wrong: what was seen under the lock is over when it is locked again
  std::mutex lock;
  int count = 0;
  const auto step = [&] {
    const int seen = (std::scoped_lock{lock}, count);
    const std::scoped_lock hold{lock};
    count = seen + 1;
  };
  std::thread other{[&] {
    for (int i = 0; i < 20; ++i) step();
  }};
  for (int i = 0; i < 20; ++i) step();
  other.join();
  grader::report("count", count);
}

SCENARIO(leaves_everything) {
  const pid_t zombie = ::fork();
  if (zombie == 0) ::_exit(0);
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(zombie), &ended, WEXITED | WNOWAIT);
  if (::fork() == 0) mp::never_end();
  const pid_t parent = ::fork();
  if (parent == 0) {
    if (::fork() == 0) mp::never_end();  // an orphan, once its parent has ended
    ::_exit(0);
  }
  ::waitpid(parent, nullptr, 0);
  std::thread{mp::never_end}.detach();
  const int kept = ::open("/dev/null", O_RDONLY);
  const std::string folder = std::getenv("TMPDIR");
  ::close(::open((folder + "/forgotten").c_str(), O_CREAT | O_WRONLY, 0600));
  ::close(::shm_open("/unruly-test", O_CREAT | O_RDWR, 0600));
  grader::report("kept", kept);
}

SCENARIO(breeds) {
  for (;;)
    if (::fork() == 0) mp::never_end();
}

SCENARIO(floods) {
  const std::string line(1000, 'x');
  for (int i = 0; i < 1000; ++i) std::puts(line.c_str());
}

SCENARIO(looks_around) {
  int open = 0;
  for (int fd = 0; fd < 1024; ++fd) open += ::fcntl(fd, F_GETFD) != -1 ? 1 : 0;
  const int file = ::open("/unruly", O_CREAT | O_WRONLY, 0600);
  std::printf("descriptors %d, %s", open, file == -1 ? "may not write here" : "may write to /");
  ::unlink("/unruly");
  if (::getpid() < 10) std::printf(", pid %d", ::getpid());
  std::puts("");
}
