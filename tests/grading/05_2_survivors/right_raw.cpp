// Right: fork, socketpair, pidfd_open and poll; a worker is sent home as soon as there is nothing for it.
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using Call = std::function<std::string()>;

struct Returned {
  std::string text;
};
struct Threw {
  std::string message;
};
struct Died {
  pid_t pid = 0;
  int exitcode = 0;
};
using Answer = std::variant<Returned, Threw, Died>;

namespace {

struct Worker {
  pid_t pid;
  int link, pidfd;
  long has;
  std::string said;  // a mark, the text, and then a mark for the end
};

void check(bool well, const char* what) {
  if (!well) throw std::runtime_error{what};
}

void write_all(int fd, const char* data, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t n = ::send(fd, data + done, size - done, MSG_NOSIGNAL);
    if (n <= 0) return;
    done += static_cast<std::size_t>(n);
  }
}

[[noreturn]] void work(const std::vector<Call>& calls, int link) {
  for (long i; ::recv(link, &i, sizeof i, MSG_WAITALL) == sizeof i && i >= 0;) {
    std::string answer;
    try {
      answer = "r" + calls[static_cast<std::size_t>(i)]();
    } catch (const std::exception& error) {
      answer = std::string{"t"} + error.what();
    } catch (...) {
      answer = "tunknown";
    }
    const std::size_t size = answer.size();
    answer.insert(0, reinterpret_cast<const char*>(&size), sizeof size);
    write_all(link, answer.data(), answer.size());
  }
  ::_exit(0);
}

Worker hire(const std::vector<Call>& calls) {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
  const pid_t pid = ::fork();
  check(pid >= 0, "fork");
  if (pid == 0) {
    ::close(ends[0]);
    work(calls, ends[1]);
  }
  ::close(ends[1]);
  return {pid, ends[0], static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)), -1, {}};
}

int bury(const Worker& worker) {
  int status = 0;
  ::waitpid(worker.pid, &status, 0);
  ::close(worker.link);
  ::close(worker.pidfd);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void give(Worker& worker, long number) {
  write_all(worker.link, reinterpret_cast<const char*>(&number), sizeof number);
  worker.has = number;
}

/// Whether the answer is whole.
bool hear(Worker& worker) {
  char piece[1 << 16];
  for (ssize_t n; (n = ::recv(worker.link, piece, sizeof piece, MSG_DONTWAIT)) > 0;)
    worker.said.append(piece, static_cast<std::size_t>(n));
  std::size_t size = 0;
  if (worker.said.size() < sizeof size) return false;
  worker.said.copy(reinterpret_cast<char*>(&size), sizeof size);
  return worker.said.size() == sizeof size + size;
}

Answer answer_in(const std::string& said) {
  const auto text = said.substr(sizeof(std::size_t) + 1);
  return said[sizeof(std::size_t)] == 'r' ? Answer{Returned{text}} : Answer{Threw{text}};
}

}  // namespace

std::vector<Answer> ordered_map(const std::vector<Call>& calls, int workers) {
  const long n = static_cast<long>(calls.size());
  std::vector<Answer> answers(calls.size());
  std::vector<Worker> crew;
  long next = 0;
  for (;;) {
    while (next < n && static_cast<int>(crew.size()) < workers) {
      crew.push_back(hire(calls));
      give(crew.back(), next++);
    }
    if (crew.empty()) return answers;
    std::vector<pollfd> watched;
    for (const Worker& each : crew) {
      watched.push_back({each.link, POLLIN, 0});
      watched.push_back({each.pidfd, POLLIN, 0});
    }
    ::poll(watched.data(), watched.size(), -1);
    for (std::size_t w = crew.size(); w-- > 0;) {
      Worker& worker = crew[w];
      const bool is_over = watched[2 * w + 1].revents != 0;
      if (hear(worker)) {
        answers[static_cast<std::size_t>(worker.has)] = answer_in(std::exchange(worker.said, {}));
        worker.has = -1;
        if (!is_over) give(worker, next < n ? next++ : -1);
      }
      if (!is_over) continue;
      const int code = bury(worker);
      if (worker.has >= 0) answers[static_cast<std::size_t>(worker.has)] = Died{worker.pid, code};
      crew.erase(crew.begin() + static_cast<long>(w));
    }
  }
}
