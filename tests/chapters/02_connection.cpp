// Connection, pipe and wait_ready, by their public names.
#include "02_pipe_queue/connection.hpp"

#include <sys/time.h>

#include <csignal>
#include <cstring>
#include <map>
#include <random>
#include <thread>

#include "01_process/process.hpp"
#include "common/raw_array.hpp"
#include "common/workloads.hpp"
#include "tests/support/tidy.hpp"

using namespace std::chrono_literals;
using mp::Connection;
using mp::Process;

struct Point {
  int x, y;
  bool operator==(const Point&) const = default;
};
template <>
inline constexpr auto mp::fields<Point> = std::tuple{&Point::x, &Point::y};

/// Refuses to be written: what its codec throws belongs to whoever sends it.
struct Unwritable {};
template <>
struct mp::Codec<Unwritable> {
  static constexpr Crossing crossing = Crossing::anywhere;
  static void encode(Encoder&, const Unwritable&) { throw std::domain_error{"not this one"}; }
  static Unwritable decode(Decoder&) { return {}; }
};

namespace {

using Bytes = std::vector<std::byte>;

Bytes pattern(std::size_t n) {
  Bytes bytes(n);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<std::byte>(i * 31 + n);
  return bytes;
}

/// Both ends of a connection over a stream of bytes, one of them as a plain descriptor.
struct Stream {
  mp::Descriptor raw;
  Connection connection;

  Stream() : Stream{mp::socket_pair(SOCK_STREAM)} {}
  explicit Stream(std::pair<mp::Descriptor, mp::Descriptor> ends)
      : raw{std::move(ends.first)}, connection{std::move(ends.second)} {}
  void write(std::span<const std::byte> bytes) { mp::write_all(raw.number(), bytes); }
};

/// A message as it looks on a stream.
Bytes frame(std::uint64_t length, const Bytes& body) {
  Bytes all(sizeof length + body.size());
  std::memcpy(all.data(), &length, sizeof length);
  std::copy(body.begin(), body.end(), all.begin() + sizeof length);
  return all;
}

}  // namespace

// ---- messages ----

TEST(Connection, CarriesValuesOfManyKindsBothWays) {
  auto [a, b] = mp::pipe();
  a.send(42);
  a.send("text");
  a.send(std::vector<std::string>{"", "two"});
  a.send(std::optional<Point>{Point{1, 2}});
  b.send(std::map<std::string, double>{{"pi", 3.14}});
  EXPECT_EQ(b.recv<int>(), 42);
  EXPECT_EQ(b.recv<std::string>(), "text");
  EXPECT_EQ(b.recv<std::vector<std::string>>(), (std::vector<std::string>{"", "two"}));
  EXPECT_EQ(b.recv<std::optional<Point>>(), (Point{1, 2}));
  EXPECT_EQ((a.recv<std::map<std::string, double>>().at("pi")), 3.14);
}

TEST(Connection, KeepsMessagesWholeFromNothingTo64MiB) {
  const std::vector<std::size_t> sizes{0,      1,      8,      65535,       65536,  131064,  131071,
                                       131072, 131073, 131080, 2 * 131072u, 999999, 64 << 20};
  for (const bool packets : {true, false}) {
    auto ends = mp::socket_pair(packets ? SOCK_SEQPACKET : SOCK_STREAM);
    Connection reader{std::move(ends.first)}, writer{std::move(ends.second)};
    std::jthread sender{[&] {
      for (const auto n : sizes) writer.send_bytes(pattern(n));
    }};
    for (const auto n : sizes) EXPECT_TRUE(reader.recv_bytes() == pattern(n)) << n << " bytes";
  }
}

TEST(Connection, PutsTogetherAStreamThatIsCutAnywhere) {
  Stream stream;
  const Bytes sent = frame(5, pattern(5));
  std::jthread sender{[&] {
    for (const std::byte& each : sent) stream.write(std::span{&each, 1});
  }};
  EXPECT_EQ(stream.connection.recv_bytes(), pattern(5));
}

TEST(Connection, GivesUpInTheMiddleOfAMessageAndGoesOnLater) {
  Stream stream;
  const Bytes sent = frame(1000, pattern(1000));
  stream.write(std::span{sent}.first(3));
  EXPECT_FALSE(stream.connection.try_recv_for<std::string>(1ms));
  stream.write(std::span{sent}.subspan(3, 500));
  EXPECT_FALSE(stream.connection.try_recv_for<std::string>(1ms));
  EXPECT_TRUE(stream.connection.poll() == false);
  stream.write(std::span{sent}.subspan(503));
  EXPECT_EQ(stream.connection.recv_bytes(), pattern(1000));
}

TEST(Connection, IsNotDisturbedBySignals) {
  struct sigaction before {
  }, now{};
  now.sa_handler = [](int) {};  // without SA_RESTART: every call is interrupted
  ::sigaction(SIGALRM, &now, &before);
  const itimerval often{{0, 300}, {0, 300}}, never{};
  ::setitimer(ITIMER_REAL, &often, nullptr);
  auto [a, b] = mp::pipe();
  std::jthread other{[&link = b] {
    for (int i = 0; i < 30; ++i) link.send_bytes(link.recv_bytes());
  }};
  for (int i = 0; i < 30; ++i) {
    a.send_bytes(pattern(300'000));
    EXPECT_TRUE(a.recv_bytes() == pattern(300'000));
  }
  EXPECT_FALSE(a.try_recv_for<int>(5ms));
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::sigaction(SIGALRM, &before, nullptr);
}

TEST(Connection, SaysThatAMessageIsOfAnotherTypeAndGoesOnWithTheNext) {
  auto [a, b] = mp::pipe();
  a.send(std::string{"a text"});
  a.send(std::array{1, 2});
  a.send(7);
  EXPECT_THROW(b.recv<std::vector<double>>(), mp::DecodeError);
  EXPECT_THROW(b.recv<int>(), mp::DecodeError) << "two numbers are not one";
  EXPECT_EQ(b.recv<int>(), 7);
}

TEST(Connection, LeavesAnErrorOfTheCodecToTheSenderAndSendsNothing) {
  auto [a, b] = mp::pipe();
  EXPECT_THROW(a.send(Unwritable{}), std::domain_error);
  EXPECT_FALSE(b.poll());
}

TEST(Connection, WaitsOnlySoLong) {
  auto [a, b] = mp::pipe();
  const auto start = mp::Clock::now();
  EXPECT_FALSE(b.try_recv_for<int>(30ms));
  EXPECT_FALSE(b.poll(30ms));
  EXPECT_GE(mp::seconds_since(start), 0.06);
  EXPECT_FALSE(b.try_recv_for<int>(-1s));
  a.send(1);
  EXPECT_TRUE(b.poll(tidy::watchdog));
  EXPECT_TRUE(b.poll()) << "looking takes nothing";
  EXPECT_EQ(b.try_recv_for<int>(0s), 1);
}

// ---- the end ----

TEST(Connection, EndsWhenEveryCopyOfTheOtherEndIsClosed) {
  auto [a, b] = mp::pipe();
  a.send(1);
  a.close();
  EXPECT_TRUE(b.poll());
  EXPECT_EQ(b.recv<int>(), 1) << "what was sent before still comes";
  EXPECT_TRUE(b.poll()) << "the end is something to read, too";
  EXPECT_THROW(b.recv<int>(), mp::EndOfFile);
  EXPECT_THROW(b.try_recv_for<int>(1s), mp::EndOfFile);
  EXPECT_THROW(b.send(1), mp::BrokenPipe);
}

TEST(Connection, TellsAnEndInTheMiddleOfAMessageFromACleanOne) {
  for (const std::size_t come : {3U, 8U, 12U}) {
    Stream stream;
    const Bytes sent = frame(20, pattern(20));
    stream.write(std::span{sent}.first(come));
    stream.raw.reset();
    EXPECT_THROW(stream.connection.recv_bytes(), mp::BrokenPipe) << come << " bytes had come";
  }
}

TEST(Connection, HasWhatItsPeerSentBeforeItLeftWithoutReadingEverything) {
  auto [a, b] = mp::pipe();
  b.send(std::string{"stop"});  // never read: the kernel calls that a reset connection
  a.send(42);
  a.send_bytes(pattern(150'000));
  a.close();
  EXPECT_EQ(b.recv<int>(), 42);
  EXPECT_EQ(b.recv_bytes(), pattern(150'000));
  EXPECT_THROW(b.recv<int>(), mp::EndOfFile);
}

TEST(Connection, TellsATimeoutFromTheNothingThatWasSent) {
  auto [a, b] = mp::pipe();
  EXPECT_FALSE(b.try_recv_for<std::optional<int>>(1ms).has_value());
  a.send(std::optional<int>{});
  const auto last = b.try_recv_for<std::optional<int>>(tidy::watchdog);
  ASSERT_TRUE(last.has_value());
  EXPECT_FALSE(last->has_value());
}

TEST(Connection, NoticesAnEndThatCameWithUnreadMessages) {
  auto [a, b] = mp::pipe();
  b.send(1);  // a never reads it: the kernel calls that a reset connection
  a.close();
  EXPECT_THROW(b.recv<int>(), mp::EndOfFile);
}

TEST(Connection, IsNeverEndedBySigpipe) {
  EXPECT_EQ(tidy::in_child([] {
              ::signal(SIGPIPE, SIG_DFL);
              auto [reader, writer] = mp::one_way_pipe();
              reader.close();
              try {
                writer.send_bytes(pattern(500'000));
              } catch (const mp::BrokenPipe&) {
                return 7;
              }
              return 1;
            }).code,
            7);
}

TEST(Connection, RefusesEverythingOnceItIsClosed) {
  auto [a, b] = mp::pipe();
  a.close();
  a.close();
  EXPECT_THROW(a.send(1), std::logic_error);
  EXPECT_THROW(a.recv<int>(), std::logic_error);
  EXPECT_THROW((void)a.poll(), std::logic_error);
  EXPECT_THROW((void)a.fileno(), std::logic_error);
  EXPECT_THROW(b.send(a), std::logic_error) << "nor can it be passed on";
}

TEST(Connection, OfAOneWayPipeGoesOneWay) {
  auto [reader, writer] = mp::one_way_pipe();
  writer.send(1);
  EXPECT_EQ(reader.recv<int>(), 1);
  EXPECT_THROW(reader.send(1), std::logic_error);
  EXPECT_THROW(writer.recv<int>(), std::logic_error);
  EXPECT_THROW((void)writer.poll(), std::logic_error);
}

// ---- what may travel beside the bytes ----

TEST(Connection, CarriesDescriptorsAndOtherConnections) {
  auto [a, b] = mp::pipe();
  auto [reader, writer] = mp::one_way_pipe();
  a.send(std::pair<std::string, mp::Descriptor>{"file", mp::memory_file("m", pattern(9))});
  a.send(writer);
  writer.close();
  const auto [name, file] = b.recv<std::pair<std::string, mp::Descriptor>>();
  EXPECT_EQ(mp::read_to_end(file.number()), pattern(9));
  auto passed = b.recv<Connection>();
  passed.send(5);
  EXPECT_THROW(passed.recv<int>(), std::logic_error) << "it still goes one way";
  EXPECT_EQ(reader.recv<int>(), 5);
  passed.close();
  EXPECT_THROW(reader.recv<int>(), mp::EndOfFile) << "that was the last copy";
}

TEST(Connection, TakesAsManyDescriptorsAsTheKernelDoes) {
  auto [a, b] = mp::pipe();
  std::vector<mp::Descriptor> many;
  for (std::size_t i = 0; i < mp::most_descriptors; ++i) many.push_back(mp::memory_file("m"));
  a.send(many);
  EXPECT_EQ(b.recv<std::vector<mp::Descriptor>>().size(), many.size());
  many.push_back(mp::memory_file("m"));
  EXPECT_THROW(a.send(many), std::length_error);
  EXPECT_FALSE(b.poll());
}

TEST(Connection, ClosesTheDescriptorsOfAMessageThatNobodyUnderstands) {
  auto [a, b] = mp::pipe();
  auto [reader, writer] = mp::one_way_pipe();
  a.send(std::pair<Connection, int>{std::move(writer), 1});
  EXPECT_THROW(b.recv<std::string>(), mp::DecodeError);
  EXPECT_THROW(reader.recv<int>(), mp::EndOfFile) << "the passed end is closed";
}

TEST(Connection, CannotBePassedOnWithHalfAMessage) {
  Stream stream;
  const Bytes sent = frame(20, pattern(20));
  stream.write(std::span{sent}.first(10));
  EXPECT_FALSE(stream.connection.try_recv_for<std::string>(0s));
  auto [a, b] = mp::pipe();
  EXPECT_THROW(a.send(stream.connection), std::logic_error);
}

// ---- with processes ----

namespace {

void answer(Connection link) {
  for (;;) {
    try {
      link.send(2 * link.recv<long>());
    } catch (const mp::EndOfFile&) {
      return;
    }
  }
}

}  // namespace

TEST(Connection, GivenToAProcessIsItsAloneHoweverItStarts) {
  for (const bool spawned : {false, true}) {
    auto [ours, theirs] = mp::pipe();
    Process process =
        spawned ? Process{mp::start::spawn, mp::fn<answer>, std::move(theirs)} : Process{answer, std::move(theirs)};
    process.start();
    ours.send(21L);
    EXPECT_EQ(ours.recv<long>(), 42);
    process.kill();
    process.join();
    EXPECT_THROW(ours.recv<long>(), mp::EndOfFile) << "no copy of theirs is left here";
  }
}

TEST(Connection, InAForkedChildIsACopyThatKeepsThePipeOpen) {
  auto [ours, theirs] = mp::pipe();
  Process bystander{mp::never_end};  // has copies of both ends, though nobody gave it any
  bystander.start();
  theirs.close();
  EXPECT_FALSE(ours.try_recv_for<int>(20ms)) << "no end of file as long as it lives";
  bystander.kill();
  EXPECT_THROW(ours.recv<int>(), mp::EndOfFile);
}

namespace {

/// A writer of small and large messages is killed at a random moment, so many times.
void kill_writers(int rounds) {
  std::mt19937 random{std::random_device{}()};
  int clean = 0, broken = 0;
  for (int round = 0; round < rounds; ++round) {
    auto [reader, writer] = mp::one_way_pipe();
    Process process{[](Connection link) {
                      for (std::size_t i = 0;; ++i) link.send_bytes(pattern(i % 3 == 0 ? 300'000 : i % 1000));
                    },
                    std::move(writer)};
    process.start();
    std::jthread killer{[&process, wait = std::chrono::microseconds{random() % 3000}] {
      std::this_thread::sleep_for(wait);
      process.kill();
    }};
    try {
      for (std::size_t i = 0;; ++i) ASSERT_TRUE(reader.recv_bytes() == pattern(i % 3 == 0 ? 300'000 : i % 1000));
    } catch (const mp::EndOfFile&) {
      ++clean;
    } catch (const mp::BrokenPipe&) {
      ++broken;
    }
    process.join();
  }
  EXPECT_EQ(clean + broken, rounds);
}

/// And a reader.
void kill_readers(int rounds) {
  std::mt19937 random{std::random_device{}()};
  for (int round = 0; round < rounds; ++round) {
    auto [reader, writer] = mp::one_way_pipe();
    Process process{[](Connection link) {
                      for (;;) link.recv_bytes();
                    },
                    std::move(reader)};
    process.start();
    std::jthread killer{[&process, wait = std::chrono::microseconds{random() % 3000}] {
      std::this_thread::sleep_for(wait);
      process.kill();
    }};
    EXPECT_THROW(for (std::size_t i = 0;; ++i) writer.send_bytes(pattern(i % 3 == 0 ? 300'000 : i % 1000)),
                 mp::BrokenPipe);
  }
}

}  // namespace

TEST(Killed, WriterAtAnyMomentLeavesWholeMessagesAndAnEnd) { kill_writers(200); }
TEST(KilledRace, Writer) { kill_writers(5); }

TEST(Killed, ReaderAtAnyMomentIsABrokenPipe) { kill_readers(200); }
TEST(KilledRace, Reader) { kill_readers(5); }

// ---- wait_ready ----

TEST(WaitReady, TellsAllThatAreReadyInTheirOrder) {
  auto [a, b] = mp::pipe();
  auto [c, d] = mp::pipe();
  Process process{mp::never_end};
  process.start();
  EXPECT_TRUE(mp::wait_ready({b, d, process}, 1ms).empty());
  c.send(1);
  EXPECT_EQ(mp::wait_ready({b, d, process}), (std::vector<mp::Waitable>{d}));
  process.kill();
  process.join();
  a.close();
  EXPECT_EQ(mp::wait_ready({process, b, d}), (std::vector<mp::Waitable>{process, b, d})) << "an end is ready, too";
}

TEST(WaitReady, TakesNothing) {
  auto [a, b] = mp::pipe();
  a.send(5);
  EXPECT_EQ(mp::wait_ready({b}).size(), 1U);
  EXPECT_EQ(mp::wait_ready({b.fileno()}).size(), 1U);
  EXPECT_EQ(b.recv<int>(), 5);
}

TEST(WaitReady, ReturnsAtOnceForNothingAndInTimeForNobody) {
  EXPECT_TRUE(mp::wait_ready({}).empty());
  auto [a, b] = mp::pipe();
  const auto start = mp::Clock::now();
  EXPECT_TRUE(mp::wait_ready({a, b}, 30ms).empty());
  EXPECT_GE(mp::seconds_since(start), 0.03);
}

TEST(WaitReady, RefusesWhatIsNoDescriptor) {
  for (const int number : {4321, -1}) {
    try {
      mp::wait_ready({number}, 1ms);
      FAIL() << "nobody has opened it";
    } catch (const std::system_error& error) {
      EXPECT_NE(std::string{error.what()}.find(std::to_string(number)), std::string::npos) << error.what();
    }
  }
}

TEST(Connection, WorksInAProgramThatWasStartedWithoutStandardStreams) {
  const std::string program = tidy::build() + "/chapters/02_pipe_queue/last_words";
  EXPECT_EQ(tidy::run_program({"sh", "-c", "exec " + program + " --rounds 1 <&- >&-"}).code, 0);
}
