// Right: fork and pipe, four bytes of length before each text, and poll to send and receive at once.
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using Stage = std::function<std::string(const std::string&)>;

namespace {

std::string frame(const std::string& text) {
  const auto n = static_cast<unsigned>(text.size());
  return std::string(reinterpret_cast<const char*>(&n), sizeof n) + text;
}

/// Takes one whole text off the front, if there is one.
std::optional<std::string> take(std::string& bytes) {
  unsigned n;
  if (bytes.size() < sizeof n) return std::nullopt;
  std::memcpy(&n, bytes.data(), sizeof n);
  if (bytes.size() < sizeof n + n) return std::nullopt;
  std::string text = bytes.substr(sizeof n, n);
  bytes.erase(0, sizeof n + n);
  return text;
}

bool write_all(int fd, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t n = write(fd, bytes.data() + at, bytes.size() - at);
    if (n < 0) return false;
    at += static_cast<std::size_t>(n);
  }
  return true;
}

[[noreturn]] void be_stage(const Stage& stage, int in, int out) {
  std::signal(SIGPIPE, SIG_IGN);
  std::string bytes;
  char piece[4096];
  try {
    for (ssize_t n; (n = read(in, piece, sizeof piece)) > 0;) {
      bytes.append(piece, static_cast<std::size_t>(n));
      while (const auto text = take(bytes))
        if (!write_all(out, frame(stage(*text)))) std::exit(0);
    }
  } catch (...) {
    _exit(1);
  }
  std::exit(0);
}

}  // namespace

std::vector<std::string> run_pipeline(const std::vector<std::string>& inputs, const std::vector<Stage>& stages) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"pipe"};
  const int first = ends[1];
  int last = ends[0];
  std::vector<pid_t> pids;
  for (const Stage& stage : stages) {
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"pipe"};
    const pid_t pid = fork();
    if (pid == 0) {
      close(first);
      close(ends[0]);
      be_stage(stage, last, ends[1]);
    }
    pids.push_back(pid);
    close(last);
    close(ends[1]);
    last = ends[0];
  }
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  fcntl(first, F_SETFL, O_NONBLOCK);
  std::string to_send, received;
  for (const auto& each : inputs) to_send += frame(each);
  std::vector<std::string> results;
  bool open = true;
  for (std::size_t sent = 0;;) {
    if (open && sent == to_send.size()) close(first), open = false;
    pollfd watched[] = {{last, POLLIN, 0}, {open ? first : -1, POLLOUT, 0}};
    poll(watched, 2, -1);
    if (watched[1].revents) {
      const ssize_t n = write(first, to_send.data() + sent, to_send.size() - sent);
      if (n < 0 && errno != EAGAIN) sent = to_send.size();
      if (n > 0) sent += static_cast<std::size_t>(n);
    }
    if (watched[0].revents) {
      char piece[4096];
      const ssize_t n = read(last, piece, sizeof piece);
      if (n <= 0) break;
      received.append(piece, static_cast<std::size_t>(n));
      while (auto text = take(received)) results.push_back(std::move(*text));
    }
  }
  if (open) close(first);
  close(last);
  std::signal(SIGPIPE, before);
  bool well = true;
  for (const pid_t pid : pids) {
    int status = 0;
    waitpid(pid, &status, 0);
    well = well && status == 0;
  }
  if (!well) throw std::runtime_error{"a stage ended early"};
  return results;
}
