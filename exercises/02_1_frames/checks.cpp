// The checks of exercise 02_1. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "common/descriptor.hpp"
#include "exercises/grader/stage.hpp"

// The submission's.
void send_message(int pipe, const std::string& message);
std::optional<std::string> receive_message(int pipe);

namespace {

struct Pipe {
  mp::Descriptor reader, writer;
  Pipe() {
    int ends[2];
    mp::check(::pipe2(ends, O_CLOEXEC), "pipe2");
    reader = mp::Descriptor{ends[0]}, writer = mp::Descriptor{ends[1]};
  }
};

/// Of the scenario's first argument, and all values a byte can have.
std::string letters(std::size_t n) {
  const auto salt = static_cast<std::size_t>(grader::number(0));
  std::string text(n, '?');
  for (std::size_t i = 0; i < n; ++i) text[i] = static_cast<char>(i * 31 + n + salt);
  return text;
}

/// A frame, made here.
std::string framed(const std::string& message, std::uint32_t claimed) {
  std::string frame;
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(claimed >> shift);
  return frame + message;
}
std::string framed(const std::string& message) { return framed(message, static_cast<std::uint32_t>(message.size())); }

void write_to(const mp::Descriptor& writer, const std::string& bytes) {
  mp::write_all(writer.number(), std::as_bytes(std::span{bytes}));
}

/// A process that writes into the pipe; ended, and waited for, when this goes.
class Writer {
 public:
  Writer(Pipe& pipe, const std::function<void()>& write) : pid_{mp::check(::fork(), "fork")} {
    if (pid_ == 0) {
      try {
        write();
      } catch (...) {
        // what was not written will not arrive, and that is what is judged
      }
      ::_exit(0);
    }
    pipe.writer.reset();
  }
  ~Writer() {
    ::kill(pid_, SIGKILL);
    (void)mp::retry([&] { return ::waitpid(pid_, nullptr, 0); });
  }
  Writer(const Writer&) = delete;

 private:
  pid_t pid_;
};

/// Reports of each message whether it came out as it went in.
void receive_all(const mp::Descriptor& reader, const std::vector<std::size_t>& sizes) {
  for (const auto n : sizes) {
    try {
      const auto message = receive_message(reader.number());
      grader::report(message == letters(n) ? "right" : "wrong", static_cast<int>(n));
    } catch (const std::exception& error) {
      grader::report("threw", "the message of " + std::to_string(n) + " bytes: receiving threw, " + error.what());
      return;
    }
  }
}

/// `text`, `nothing`, or what was thrown: as far as the judge wants to know.
std::string received(const mp::Descriptor& reader) {
  try {
    const auto message = receive_message(reader.number());
    return message ? "message of " + std::to_string(message->size()) : "nothing";
  } catch (const std::runtime_error&) {
    return "a runtime_error";
  } catch (const std::exception& error) {
    return std::string{"another error: "} + error.what();
  }
}

}  // namespace

SCENARIO(wire) {
  Pipe pipe;
  send_message(pipe.writer.number(), grader::argument(0));
  pipe.writer.reset();
  const auto bytes = mp::read_to_end(pipe.reader.number());
  grader::report("bytes", std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

SCENARIO(whole) {
  const auto salt = static_cast<std::size_t>(grader::number(0));
  std::vector<std::size_t> sizes{0, 1, 5, 127, 128, 255, 256};
  const std::vector<std::size_t> large{65'535, 65'536, 66'000 + salt, 1'000'000, 20'000'000, 3};
  Pipe pipe;
  for (const auto n : sizes) send_message(pipe.writer.number(), letters(n));  // they fit into the pipe
  const Writer writer{pipe, [&] {
                        for (const auto n : large) send_message(pipe.writer.number(), letters(n));
                      }};
  sizes.insert(sizes.end(), large.begin(), large.end());
  receive_all(pipe.reader, sizes);
}

SCENARIO(dripping) {
  const auto longest = static_cast<std::size_t>(200 + grader::number(0) % 200);
  Pipe pipe;
  const Writer writer{pipe, [&] {
                        for (const char byte : framed(letters(longest)) + framed("") + framed(letters(40))) {
                          write_to(pipe.writer, std::string(1, byte));
                          ::usleep(300);
                        }
                      }};
  receive_all(pipe.reader, {longest, 0, 40});
}

SCENARIO(at_once) {
  const auto longest = static_cast<std::size_t>(1000 + grader::number(0));
  Pipe pipe;
  write_to(pipe.writer, framed(letters(7)) + framed(letters(longest)) + framed(letters(2)));
  pipe.writer.reset();
  receive_all(pipe.reader, {7, longest, 2});
}

SCENARIO(interrupted) {
  constexpr std::chrono::microseconds every{500};
  Pipe pipe;
  const auto room = static_cast<std::size_t>(mp::check(::fcntl(pipe.writer.number(), F_GETPIPE_SZ), "F_GETPIPE_SZ"));
  const auto size = [&](int i) { return i % 4 < 2 ? room - 4 : 200'000; };  // with its length one may fill the pipe
  const Writer writer{pipe, [&] {
                        const grader::Interruptions often{every};
                        for (int i = 0; i < 20; ++i) send_message(pipe.writer.number(), letters(size(i)));
                      }};
  const grader::Interruptions often{every};
  std::string seen;
  try {
    for (int i = 0; i < 20; ++i) {
      ::usleep(2'000);  // the pipe is full by then, so that writing is interrupted, too
      seen += receive_message(pipe.reader.number()) == letters(size(i)) ? "+" : "-";
    }
  } catch (const std::exception& error) {
    seen += std::string{" then it threw: "} + error.what();
  }
  grader::report("seen", seen);
}

SCENARIO(clean_end) {
  Pipe pipe;
  write_to(pipe.writer, framed("one"));
  pipe.writer.reset();
  for (const char* what : {"first", "second", "third"}) grader::report(what, received(pipe.reader));
}

SCENARIO(cut) {
  Pipe pipe;
  write_to(pipe.writer, framed("0123456789").substr(0, static_cast<std::size_t>(std::stoi(grader::argument(0)))));
  pipe.writer.reset();
  grader::report("received", received(pipe.reader));
}

SCENARIO(claim) {
  Pipe pipe;
  write_to(pipe.writer, framed("0123456789", static_cast<std::uint32_t>(std::stoul(grader::argument(0)))));
  pipe.writer.reset();
  grader::report("received", received(pipe.reader));
  std::istringstream status{mp::read_text("/proc/self/status").value_or("")};
  for (std::string word; status >> word;)
    if (long kib = 0; word == "VmHWM:" && status >> kib) grader::report("peak_kib", kib);
}

#else

#include "exercises/grader/judge.hpp"

using grader::submission;

namespace {

std::string salt() { return std::to_string(grader::varied(1, 250)); }

void expect_all_right(const grader::Run& run, std::size_t messages, const char* why) {
  const auto wrong = run.values<int>("wrong");
  if (!wrong.empty()) {
    ADD_FAILURE() << "a message of " << wrong.front() << " bytes came out different: " << why;
    return;
  }
  const auto threw = run.values<std::string>("threw");
  const auto story = threw.empty() ? run.story("not every message came out") : threw.front();
  EXPECT_EQ(run.values<int>("right").size(), messages) << story << "\n" << why;
}

std::string in_hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr const char* digits = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(byte);
    text += (text.empty() ? "" : " ") + std::string{digits[value >> 4], digits[value & 15]};
  }
  return text;
}

}  // namespace

CHECK(wire, 15, "four bytes of length, the most significant first, then the message and nothing else") {
  using namespace std::string_literals;
  const auto text = "hello" + salt();
  const auto length = std::string(3, '\0') + static_cast<char>(text.size());
  EXPECT_EQ(in_hex(submission("wire", {text}).value<std::string>("bytes")), in_hex(length + text))
      << "the bytes of the frame of " << text << ", in hexadecimal";
  const auto sent = submission("wire", {std::string(300, 'x')}).value<std::string>("bytes");
  EXPECT_EQ(in_hex(sent.substr(0, 4)), in_hex("\0\0\1\54"s)) << "the length of a message of 300 bytes";
  EXPECT_EQ(sent.size(), 304U) << "bytes in the frame of a message of 300";
}

CHECK(whole, 20, "messages of any length come out as they went in, one by one") {
  expect_all_right(submission("whole", {salt()}), 13,
                   "thirteen messages from 0 to 20,000,000 bytes are sent, with all values a byte can have");
}

CHECK(pieces, 20, "bytes that arrive in pieces, or many messages at once") {
  expect_all_right(submission("dripping", {salt()}), 3,
                   "the bytes of three messages arrive one by one: read until you have all");
  expect_all_right(submission("at_once", {salt()}), 3,
                   "three messages lie in the pipe at once: take what belongs to the first, and leave the rest there");
}

CHECK(interrupted, 15, "signals that interrupt reading and writing lose nothing") {
  EXPECT_EQ(submission("interrupted", {salt()}).value<std::string>("seen"), std::string(20, '+'))
      << "twenty messages of up to 200,000 bytes while a signal comes every half millisecond (+ is one that came out "
         "right): "
         "try again after EINTR, and go on after a part";
}

CHECK(clean_end, 10, "nothing at the end of the pipe, however often it is asked") {
  const auto run = submission("clean_end");
  EXPECT_EQ(run.value<std::string>("first"), "message of 3");
  EXPECT_EQ(run.value<std::string>("second"), "nothing") << "the pipe has ended after a whole message";
  EXPECT_EQ(run.value<std::string>("third"), "nothing") << "and it still has ended";
}

CHECK(cut, 10, "an error when the pipe ends in the middle of a message") {
  for (const char* come : {"2", "4", "9"})
    EXPECT_EQ(submission("cut", {come}).value<std::string>("received"), "a runtime_error")
        << "of a frame of 14 bytes (4 of them the length) only " << come << " came: that is no clean end";
}

CHECK(claim, 10, "a length that lies costs no memory: room is made for what has come, not for what is claimed") {
  for (const char* claimed : {"400000000", "4294967295"}) {
    const auto run = submission("claim", {claimed});
    EXPECT_EQ(run.value<std::string>("received"), "a runtime_error")
        << claimed << " bytes were claimed, 10 came, then the pipe ended";
    EXPECT_LT(run.value<long>("peak_kib"), 100'000) << "KiB of memory, for a message of which 10 bytes came";
  }
}

#endif
