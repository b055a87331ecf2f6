// Values and calls as messages: the way there and back, and what must not be believed.
#include <mutex>
#include <random>
#include <unordered_map>
#include <unordered_set>

#include "common/pickle/task.hpp"
#include "common/raw_array.hpp"
#include "tests/support/tidy.hpp"

namespace {

struct Point {
  int x = 0, y = 0;
  std::string name;
  friend bool operator==(const Point&, const Point&) = default;
};
struct Tied {
  mp::Descriptor file;
};
struct Opaque {
  int* pointer;
};

}  // namespace

template <>
inline constexpr auto mp::fields<Point> = std::tuple{&Point::x, &Point::y, &Point::name};
template <>
inline constexpr auto mp::fields<Tied> = std::tuple{&Tied::file};

namespace {

template <class T>
T there_and_back(const T& value) {
  mp::Encoder out;
  mp::encode(out, value);
  mp::Decoder in{out.take()};
  T copy = mp::decode<T>(in);
  EXPECT_EQ(in.left(), 0U) << "bytes were written that nobody read";
  return copy;
}

template <class T>
void expect_same(const T& value) {
  EXPECT_EQ(there_and_back(value), value);
}

int add(int a, int b) { return a + b; }
void raise_error(const std::string& text) { throw std::domain_error{text}; }

}  // namespace

TEST(Codec, BringsBackWhatWasWritten) {
  expect_same(42);
  expect_same(-1.5);
  expect_same(true);
  expect_same('c');
  expect_same(std::string{"text\0with zero", 14});
  expect_same(std::string{});
  expect_same(std::vector<int>{1, 2, 3});
  expect_same(std::vector<bool>{true, false});
  expect_same(std::vector<std::string>{"", "a", "bc"});
  expect_same(std::array<std::string, 2>{"x", "y"});
  expect_same(std::pair{1, std::string{"one"}});
  expect_same(std::tuple{1, 2.0, std::string{"three"}});
  expect_same(std::optional<int>{});
  expect_same(std::optional<std::string>{"there"});
  expect_same(std::variant<int, std::string>{"second"});
  expect_same(std::map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}});
  expect_same(std::unordered_map<int, int>{{1, 2}, {3, 4}});
  expect_same(std::set<int>{3, 1, 2});
  expect_same(std::unordered_set<std::string>{"p", "q"});
  expect_same(std::chrono::milliseconds{250});
  expect_same(Point{1, 2, "here"});
  expect_same(std::vector<std::optional<Point>>{Point{3, 4, "there"}, std::nullopt});
}

TEST(Codec, KnowsHowFarAValueMayTravel) {
  static_assert(mp::Picklable<std::vector<std::optional<Point>>>);
  static_assert(mp::Picklable<decltype([] {})>);
  static_assert(mp::Picklable<mp::Fn<add>>);
  static_assert(mp::Inheritable<mp::Descriptor> && !mp::Picklable<mp::Descriptor>);
  static_assert(mp::Inheritable<std::vector<mp::RawArray<int>>> && !mp::Picklable<std::vector<mp::RawArray<int>>>);
  static_assert(mp::Inheritable<Tied> && !mp::Picklable<Tied>);
  static_assert(!mp::Inheritable<std::mutex>);
  static_assert(!mp::Inheritable<std::vector<std::optional<std::mutex*>>>);
  static_assert(!mp::Inheritable<std::function<void()>>);
  static_assert(!mp::Inheritable<int*> && !mp::Inheritable<const char*>);
  static_assert(!mp::Inheritable<Opaque>);
  static_assert(!mp::Inheritable<std::map<int, std::pair<int, Opaque>>>);
  [[maybe_unused]] int captured = 0;
  const auto capturing = [&captured] { return captured; };
  static_assert(!mp::Inheritable<decltype(capturing)>);
}

TEST(Codec, DoesNotBelieveALength) {
  for (const std::size_t claim : {std::size_t{1}, std::size_t{1000}, ~std::size_t{0}, ~std::size_t{0} / 8 + 1}) {
    mp::Encoder out;
    out.length(claim);
    const auto bytes = out.take().bytes;
    const auto decoder = [&] { return mp::Message{bytes, {}}; };
    EXPECT_THROW(
        {
          mp::Decoder in{decoder()};
          mp::decode<std::string>(in);
        },
        mp::DecodeError);
    EXPECT_THROW(
        {
          mp::Decoder in{decoder()};
          mp::decode<std::vector<double>>(in);
        },
        mp::DecodeError);
    EXPECT_THROW(
        {
          mp::Decoder in{decoder()};
          mp::decode<std::vector<std::string>>(in);
        },
        mp::DecodeError);
    EXPECT_THROW(
        {
          mp::Decoder in{decoder()};
          (mp::decode<std::map<int, int>>(in));
        },
        mp::DecodeError);
    EXPECT_THROW(
        {
          mp::Decoder in{decoder()};
          (mp::decode<std::variant<std::string, std::string>>(in));
        },
        mp::DecodeError);
  }
}

TEST(Codec, SurvivesChangedAndShortenedMessages) {
  using Everything = std::tuple<std::vector<std::string>, std::map<int, std::optional<Point>>,
                                std::variant<bool, double>, std::vector<int>, bool>;
  mp::Encoder out;
  mp::encode(out, Everything{{"one", "two"}, {{1, Point{1, 2, "p"}}, {2, std::nullopt}}, 2.5, {7, 8, 9}, true});
  const auto good = out.take().bytes;
  std::mt19937 random{20};
  for (int round = 0; round < 20'000; ++round) {
    auto bad = good;
    for (int changes = 0; changes < 3; ++changes) bad[random() % bad.size()] = static_cast<std::byte>(random());
    if (round % 3 == 0) bad.resize(random() % bad.size());
    try {
      mp::Decoder in{mp::Message{std::move(bad), {}}};
      mp::decode<Everything>(in);
    } catch (const mp::DecodeError&) {
      // as it should
    }
  }
}

TEST(Codec, CarriesDescriptorsBesideTheBytes) {
  const mp::Descriptor file = mp::memory_file("carried");
  mp::write_all(file.number(), std::as_bytes(std::span{"hello", 5}));
  mp::Encoder out;
  mp::encode(out, file);
  mp::Decoder in{out.take()};
  const auto copy = mp::decode<mp::Descriptor>(in);
  EXPECT_NE(copy.number(), file.number());
  ::lseek(copy.number(), 0, SEEK_SET);
  EXPECT_EQ(mp::read_to_end(copy.number()).size(), 5U);
  EXPECT_THROW(mp::decode<mp::Descriptor>(in), mp::DecodeError) << "there was only one";
}

namespace {

mp::Message carried_out(mp::Message message) {
  mp::Decoder call{std::move(message)};
  return mp::run_packed(call);
}

}  // namespace

TEST(Task, IsCarriedOutFromItsMessage) {
  mp::Decoder result{carried_out(mp::pack(mp::fn<add>, 40, 2))};
  EXPECT_EQ(mp::decode<int>(result), 42);
  mp::Decoder twice{carried_out(mp::pack([](const std::string& s) { return s + s; }, std::string{"ab"}))};
  EXPECT_EQ(mp::decode<std::string>(twice), "abab");
}

TEST(Task, ThrowsWhatItsFunctionThrows) {
  EXPECT_THROW(carried_out(mp::pack(mp::fn<raise_error>, std::string{"no"})), std::domain_error);
}

TEST(Task, ThatThisBinaryDoesNotKnowIsAnError) {
  mp::Encoder out;
  mp::encode(out, std::string{"no such task"});
  EXPECT_THROW(carried_out(out.take()), mp::DecodeError);
}

TEST(Task, TwoOfOneNameAreAnErrorAtStart) {
  const auto seen = tidy::run_program({tidy::build() + "/tests/two_tasks_of_one_name"});
  EXPECT_EQ(seen.code, 1);
  EXPECT_EQ(seen.output, "");
  EXPECT_NE(seen.errors.find("two different tasks have one name"), std::string::npos) << seen.errors;
}

TEST(BuildId, IsThatOfTheBinary) {
  EXPECT_EQ(mp::build_id().size(), 40U);  // SHA-1 in hex
  const auto notes = tidy::run_program({"readelf", "-n", "/proc/" + std::to_string(::getpid()) + "/exe"});
  EXPECT_NE(notes.output.find(mp::build_id()), std::string::npos);
}
