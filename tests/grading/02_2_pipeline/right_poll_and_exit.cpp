// Right: feeds the first stage and reads from the last in turn, and its children leave by _exit.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

/// What one stage does to one text.
using Stage = std::function<std::string(const std::string&)>;

namespace {

[[noreturn]] void fail(const char* call) { throw std::system_error(errno, std::generic_category(), call); }

/// A descriptor, closed when it goes.
class End {
 public:
  End() = default;
  explicit End(int number) : number_{number} {}
  End(End&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  End& operator=(End&& other) noexcept {
    std::swap(number_, other.number_);
    other.close();
    return *this;
  }
  ~End() { close(); }
  void close() {
    if (number_ != -1) ::close(std::exchange(number_, -1));
  }
  int number() const { return number_; }
  bool is_open() const { return number_ != -1; }

 private:
  int number_ = -1;
};

/// A text on its way: its length, and its bytes.
std::string frame(const std::string& text) {
  const std::uint64_t length = text.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes += text;
}

void write_all(int fd, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n >= 0)
      done += static_cast<std::size_t>(n);
    else if (errno != EINTR)
      fail("write");
  }
}

/// False at the end; throws when that comes within.
bool read_all(int fd, char* into, std::size_t size) {
  for (std::size_t got = 0; got < size;) {
    const ssize_t n = ::read(fd, into + got, size - got);
    if (n > 0) {
      got += static_cast<std::size_t>(n);
    } else if (n == 0) {
      if (got == 0) return false;
      throw std::runtime_error{"the input ended within a text"};
    } else if (errno != EINTR) {
      fail("read");
    }
  }
  return true;
}

void work(const Stage& stage, int input, int output) {
  std::uint64_t length = 0;
  while (read_all(input, reinterpret_cast<char*>(&length), sizeof length)) {
    std::string text(length, '\0');
    if (length > 0 && !read_all(input, text.data(), length)) throw std::runtime_error{"the input ended within a text"};
    write_all(output, frame(stage(text)));
  }
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) == -1)
    if (errno != EINTR) return -1;
  return status;
}

/// The stages' processes and our two ends of the line.
struct Line {
  End feed, output;
  std::vector<pid_t> children;

  ~Line() { finish(); }
  /// Closes our ends, so that each stage ends; true when all ended well.
  bool finish() {
    feed.close();
    output.close();
    bool well = true;
    for (const pid_t child : std::exchange(children, {})) {
      const int status = wait_for(child);
      if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) well = false;
    }
    return well;
  }
};

}  // namespace

/// Sends all inputs through the stages, each in a child process of its own, and returns what comes out of the last, in
/// order. The stages work at the same time, on different texts. When the inputs are through, each stage ends by itself
/// with exit code 0. Throws std::runtime_error when a stage ends otherwise: it threw, or was killed.
std::vector<std::string> run_pipeline(const std::vector<std::string>& inputs, const std::vector<Stage>& stages) {
  if (stages.empty()) return inputs;

  Line line;
  line.children.reserve(stages.size());
  int pair[2];
  // A socket: it can be told not to raise SIGPIPE.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1) fail("socketpair");
  line.feed = End{pair[0]};
  line.output = End{pair[1]};  // so far: the output of nobody is the input
  std::fflush(stdout);
  for (const Stage& stage : stages) {
    if (::pipe2(pair, O_CLOEXEC) == -1) fail("pipe");
    End reader{pair[0]}, writer{pair[1]};
    const pid_t pid = ::fork();
    if (pid == -1) fail("fork");
    if (pid == 0) {
      int code = 1;
      try {
        line.feed.close();
        reader.close();
        work(stage, line.output.number(), writer.number());
        code = 0;
      } catch (...) {
        code = 1;
      }
      std::fflush(stdout);
      ::_exit(code);
    }
    line.children.push_back(pid);
    line.output = std::move(reader);
  }

  std::string arrived, leaving;
  std::size_t next = 0, sent = 0;
  if (inputs.empty()) line.feed.close();
  for (char piece[65536];;) {
    if (line.feed.is_open() && sent == leaving.size()) {
      sent = 0;
      if (next == inputs.size())
        line.feed.close();
      else
        leaving = frame(inputs[next++]);
    }
    pollfd ends[2] = {{line.output.number(), POLLIN, 0}, {line.feed.number(), POLLOUT, 0}};  // -1 is ignored
    if (::poll(ends, 2, -1) == -1) {
      if (errno == EINTR) continue;
      fail("poll");
    }
    if (ends[0].revents != 0) {
      const ssize_t n = ::read(line.output.number(), piece, sizeof piece);
      if (n == 0) break;
      if (n > 0)
        arrived.append(piece, static_cast<std::size_t>(n));
      else if (errno != EINTR)
        fail("read");
    }
    if (line.feed.is_open() && ends[1].revents != 0) {
      const ssize_t n =
          ::send(line.feed.number(), leaving.data() + sent, leaving.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n >= 0)
        sent += static_cast<std::size_t>(n);
      else if (errno != EINTR && errno != EAGAIN)
        line.feed.close(), sent = leaving.size();  // the first stage is gone; it will be found out below
    }
  }
  if (!line.finish()) throw std::runtime_error{"a stage failed"};

  std::vector<std::string> results;
  for (std::size_t at = 0; at < arrived.size();) {
    std::uint64_t length = 0;
    if (arrived.size() - at < sizeof length) throw std::runtime_error{"half a text came out"};
    std::memcpy(&length, arrived.data() + at, sizeof length);
    at += sizeof length;
    if (arrived.size() - at < length) throw std::runtime_error{"half a text came out"};
    results.push_back(arrived.substr(at, length));
    at += length;
  }
  if (results.size() != inputs.size()) throw std::runtime_error{"a stage left before its input ended"};
  return results;
}
