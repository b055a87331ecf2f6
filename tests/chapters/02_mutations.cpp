// Messages that lie: frames and values with bytes changed at random, as a broken or hostile peer might send them.
//
// MUTATIONS says how many of each kind; ./learn test --all asks for a million.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <set>

#include "02_pipe_queue/connection.hpp"
#include "common/raw_array.hpp"
#include "tests/support/tidy.hpp"

extern std::atomic<std::size_t> allocated;  // bytes, by anybody here; see support/counted_new.cpp

namespace {

using Bytes = std::vector<std::byte>;
using Value = std::tuple<std::vector<std::string>, std::map<int, std::vector<double>>, std::optional<std::string>,
                         std::variant<int, std::string, std::vector<int>>, std::set<std::string>, bool>;

long rounds() {
  const char* wanted = std::getenv("MUTATIONS");
  return wanted ? std::atol(wanted) : 20'000;
}

Value some_value(std::mt19937& random) {
  const auto text = [&] { return std::string(random() % 20, static_cast<char>('a' + random() % 26)); };
  Value value;
  auto& [texts, numbers, maybe, choice, set, flag] = value;
  for (auto n = random() % 4; n > 0; --n) texts.push_back(text());
  for (auto n = random() % 3; n > 0; --n) numbers[static_cast<int>(random() % 9)].assign(random() % 5, 1.5);
  if (random() % 2) maybe = text();
  if (random() % 2) choice = text();
  for (auto n = random() % 3; n > 0; --n) set.insert(text());
  flag = random() % 2 == 0;
  return value;
}

/// A message as a Connection sends it.
Bytes framed(const Bytes& body) {
  const std::uint64_t length = body.size();
  Bytes all(sizeof length + body.size());
  std::memcpy(all.data(), &length, sizeof length);
  std::copy(body.begin(), body.end(), all.begin() + sizeof length);
  return all;
}

/// Changes, cuts, repeats or adds some bytes, with a liking for lengths: those are the dangerous ones.
void mutate(Bytes& bytes, std::mt19937& random) {
  for (auto changes = 1 + random() % 3; changes > 0 && !bytes.empty(); --changes) {
    const auto at = random() % bytes.size();
    switch (random() % 5) {
      case 0:
        bytes[at] = static_cast<std::byte>(random());
        break;
      case 1:
        bytes[at] ^= static_cast<std::byte>(1U << random() % 8);
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin(),
                     bytes.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      default:
        for (auto i = at; i < std::min(bytes.size(), at + 8); ++i)
          bytes[i] = static_cast<std::byte>(random() % 2 ? 0xFF : 0x7F);
    }
  }
}

/// What came is either a value or one of the errors that tell why not; and it took memory like what came.
void read_all(mp::Connection& reader, std::size_t sent) {
  allocated = 0;
  try {
    for (;;) {
      try {
        (void)reader.recv<Value>();
      } catch (const mp::DecodeError&) {
        continue;  // the next one may be well
      }
    }
  } catch (const mp::EndOfFile&) {
  } catch (const mp::BrokenPipe&) {}
  EXPECT_LE(allocated, 131072 + 100 * sent) << "for " << sent << " bytes";
}

}  // namespace

TEST(Mutations, OfFramesOnAStreamAreAnswersOrErrors) {
  std::mt19937 random{11};
  for (long round = 0; round < rounds() && !HasFailure(); ++round) {
    auto ends = mp::socket_pair(SOCK_STREAM);
    mp::Connection reader{std::move(ends.first)};
    Bytes all;
    for (auto n = 1 + random() % 3; n > 0; --n) {
      const Bytes one = framed(mp::pickled(some_value(random)).bytes);
      all.insert(all.end(), one.begin(), one.end());
    }
    mutate(all, random);
    mp::write_all(ends.second.number(), all);
    ends.second.reset();
    read_all(reader, all.size());
  }
}

TEST(Mutations, OfPacketsAreAnswersOrErrors) {
  std::mt19937 random{12};
  for (long round = 0; round < rounds() && !HasFailure(); ++round) {
    auto ends = mp::socket_pair(SOCK_SEQPACKET);
    mp::Connection reader{std::move(ends.first)};
    std::size_t sent = 0;
    for (auto n = 1 + random() % 3; n > 0; --n) {
      Bytes packet = framed(mp::pickled(some_value(random)).bytes);
      mutate(packet, random);
      if (packet.empty()) packet.resize(1);  // an empty packet is the end
      ASSERT_EQ(::send(ends.second.number(), packet.data(), packet.size(), 0), static_cast<ssize_t>(packet.size()));
      sent += packet.size();
    }
    ends.second.reset();
    read_all(reader, sent);
  }
}

TEST(Mutations, OfValuesAreAnswersOrDecodeErrors) {
  std::mt19937 random{13};
  for (long round = 0; round < rounds() && !HasFailure(); ++round) {
    auto message = mp::pickled(some_value(random));
    mutate(message.bytes, random);
    const auto size = message.bytes.size();
    allocated = 0;
    try {
      (void)mp::unpickled<Value>(std::move(message));
    } catch (const mp::DecodeError&) {}
    EXPECT_LE(allocated, 4096 + 100 * size) << "for " << size << " bytes";
  }
}

TEST(Lies, AboutALengthCostNoMemory) {
  for (const std::uint64_t claimed : {std::uint64_t{1} << 20, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    for (const int type : {SOCK_STREAM, SOCK_SEQPACKET}) {
      auto ends = mp::socket_pair(type);
      mp::Connection reader{std::move(ends.first)};
      const std::uint64_t sent[] = {claimed, 0};
      mp::write_all(ends.second.number(), std::as_bytes(std::span{sent}));
      ends.second.reset();
      allocated = 0;
      EXPECT_THROW(reader.recv_bytes(), mp::BrokenPipe);
      EXPECT_LE(allocated, 2 * 65536) << claimed << " bytes were claimed, 8 came";
    }
  }
}

TEST(Lies, AboutALengthCostAtMostTwiceWhatCame) {
  constexpr std::size_t sent = 150'000;  // more than a packet, less than a socket holds
  auto ends = mp::socket_pair(SOCK_STREAM);
  mp::Connection reader{std::move(ends.first)};
  const std::uint64_t claimed = std::uint64_t{1} << 40;
  mp::write_all(ends.second.number(), std::as_bytes(std::span{&claimed, 1}));
  mp::write_all(ends.second.number(), Bytes(sent));
  ends.second.reset();
  allocated = 0;
  EXPECT_THROW(reader.recv_bytes(), mp::BrokenPipe);
  EXPECT_LE(allocated, 131072 + 2 * sent) << "131,072 in the first piece, then twice what has come";
}

TEST(Lies, AboutAFileCostNoMemory) {
  const mp::Channel channel = mp::Channel::open();
  const auto bring = [&](mp::Descriptor file) {
    std::byte in_a_file{1};
    std::array pieces{mp::piece_of({&in_a_file, 1})};
    mp::send_some(channel.writer.number(), pieces, {}, file);
  };
  bring({});
  EXPECT_THROW((void)channel.receive(mp::Deadline{}), mp::DecodeError) << "no file at all";
  auto sparse = mp::memory_file("hole");
  ASSERT_EQ(::ftruncate(sparse.number(), 1 << 30), 0);
  allocated = 0;
  bring(std::move(sparse));
  EXPECT_THROW((void)channel.receive(mp::Deadline{}), std::system_error) << "a gigabyte of nothing";
  bring(mp::Descriptor{::open("/dev/zero", O_RDONLY | O_CLOEXEC)});
  EXPECT_THROW((void)channel.receive(mp::Deadline{}), std::system_error) << "a file without end";
  EXPECT_LE(allocated, 65536U);
  bring(mp::memory_file("m", Bytes(10)));
  EXPECT_EQ(channel.receive(mp::Deadline{})->bytes, Bytes(10));
}

TEST(Lies, AboutDescriptorsAreFoundOut) {
  auto [a, b] = mp::pipe();
  a.send(std::pair{true, true});  // what a Connection looks like, but for its descriptor
  EXPECT_THROW(b.recv<mp::Connection>(), mp::DecodeError);
  a.send(std::size_t{1000});  // a RawArray of a thousand, without its memory
  EXPECT_THROW(b.recv<mp::RawArray<int>>(), mp::DecodeError);
  mp::Encoder out;
  out.length(1'000'000);
  out.descriptor(mp::memory_file("small"));
  EXPECT_THROW(mp::unpickled<mp::RawArray<int>>(out.take()), mp::DecodeError);
}

TEST(Lies, InTheMiddleOfAMessageBringNoDescriptors) {
  auto ends = mp::socket_pair(SOCK_SEQPACKET);
  mp::Connection reader{std::move(ends.first)};
  auto [unread, kept] = mp::socket_pair(SOCK_STREAM);
  std::vector<mp::Descriptor> passed;
  passed.push_back(std::move(unread));
  const Bytes message = framed(Bytes(8));
  const auto send = [&](std::span<const std::byte> part, std::span<const mp::Descriptor> beside) {
    std::array pieces{mp::piece_of(part)};
    mp::send_some(ends.second.number(), pieces, beside);
  };
  send(std::span{message}.first(12), {});
  send(std::span{message}.subspan(12), passed);
  passed.clear();
  send(message, {});
  EXPECT_THROW(reader.recv_bytes(), mp::DecodeError);
  EXPECT_TRUE(mp::wait_readable(kept.number(), mp::Deadline{tidy::watchdog})) << "the descriptor was not closed";
  EXPECT_EQ(reader.recv_bytes(), Bytes(8)) << "the next message is well";
}
