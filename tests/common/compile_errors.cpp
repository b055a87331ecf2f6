// What cannot be shipped is one readable compile error.
#include <sstream>

#include "tests/support/tidy.hpp"

namespace {

struct Refused {
  std::string name;
  std::string line;     ///< the line that must not compile
  std::string message;  ///< what the compiler says of it
};

class CompileError : public testing::TestWithParam<Refused> {};

/// What the compiler says of a program that starts a process with this line; empty if it compiles.
std::vector<std::string> compile(const std::string& line) {
  const std::string executors = R"(#include "06_executor/process_pool.hpp"
#include "05_pool/pool.hpp"
)";
  const std::string first = line.find("executor") == std::string::npos ? "" : executors;  // they take seconds to read
  const tidy::TemporaryFile file{"program.cpp", first + R"(#include <functional>
#include <map>
#include <mutex>
#include <vector>
#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"
#include "02_pipe_queue/queue.hpp"
struct Runner { std::mutex mutex; };
struct Handler { int number; Runner* runner; };
template <> inline constexpr auto mp::fields<Handler> = std::tuple{&Handler::number, &Handler::runner};
void work(int) {}
void change(int&) {}
template <class T> void take(const T&) {}
int main() {
  std::mutex mutex;
  int n = 0;
  )" + line + "\n}\n"};
  const auto seen =
      tidy::run_program({TEST_COMPILER, "-std=c++20", "-fsyntax-only", "-D_GNU_SOURCE", "-fdiagnostics-color=never",
                         "-I" + tidy::root(), "-I" + tidy::root() + "/chapters", file.path()});
  std::vector<std::string> lines;
  std::istringstream in{seen.errors};
  for (std::string text; std::getline(in, text);) lines.push_back(text);
  return lines;
}

}  // namespace

TEST_P(CompileError, SaysWhyWithinTenLines) {
  const auto lines = compile(GetParam().line);
  std::size_t at = 0, errors = 0;
  while (at < lines.size() && lines[at].find(GetParam().message) == std::string::npos) ++at;
  for (const auto& line : lines) errors += line.find("error:") != std::string::npos ? 1 : 0;
  EXPECT_LT(at, 10U) << testing::PrintToString(lines);
  EXPECT_EQ(errors, 1U) << "one mistake, one error:\n" << testing::PrintToString(lines);
}

INSTANTIATE_TEST_SUITE_P(
    Spawn, CompileError,
    testing::Values(
        Refused{"LambdaThatCaptures", "mp::Process p{mp::start::spawn, [n] { (void)n; }};",
                "a lambda that captures cannot be sent"},
        Refused{"LambdaThatCapturesAMutex", "mp::Process p{mp::start::spawn, [&mutex] { mutex.lock(); }};",
                "a lambda that captures cannot be sent"},
        Refused{"PlainFunction", "mp::Process p{mp::start::spawn, work, 1};", "write mp::fn<f> instead of f"},
        Refused{"RawPointer", "mp::Process p{mp::start::spawn, mp::fn<take<int*>>, &n};",
                "a raw pointer means nothing in another process"},
        Refused{"StdFunction", "mp::Process p{mp::start::spawn, std::function<void()>{}};",
                "a std::function hides what it holds"},
        Refused{"VectorOfMutexPointers",
                "mp::Process p{mp::start::spawn, mp::fn<take<std::vector<std::mutex*>>>, std::vector<std::mutex*>{}};",
                "a raw pointer means nothing in another process"},
        Refused{"StructWithoutFields",
                "mp::Process p{mp::start::spawn, mp::fn<take<std::map<int, std::vector<Runner>>>>, std::map<int, "
                "std::vector<Runner>>{}};",
                "name its fields in mp::fields<T>"},
        Refused{"FieldThatIsAPointer", "mp::Process p{mp::start::spawn, mp::fn<take<Handler>>, Handler{}};",
                "a raw pointer means nothing in another process"},
        Refused{"FunctionThatTakesAReference", "mp::Process p{change, 1};", "and not by &"},
        Refused{"SpawnedFunctionThatTakesAReference", "mp::Process p{mp::start::spawn, mp::fn<change>, 1};",
                "and not by &"}),
    [](const auto& refused) { return refused.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Queue, CompileError,
    testing::Values(Refused{"PointerThroughAQueue", "mp::Queue<int*> queue;", "send the value it points to"},
                    Refused{"FunctionThroughASimpleQueue", "mp::SimpleQueue<std::function<void()>> queue;",
                            "a std::function hides what it holds"},
                    Refused{"RunnerThroughAQueue", "mp::JoinableQueue<std::vector<Runner>> queue;",
                            "name its fields in mp::fields<T>"},
                    Refused{"PointerOverAConnection", "mp::pipe().first.send(&n);", "send the value it points to"}),
    [](const auto& refused) { return refused.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Executor, CompileError,
    testing::Values(
        Refused{"LambdaThatCaptures", "mp::Executor* executor = nullptr; executor->submit([n] { return n; });",
                "a lambda that captures cannot be sent"},
        Refused{"PlainFunction", "mp::ProcessPoolExecutor executor; executor.submit(work, 1);",
                "write mp::fn<f> instead of f"},
        Refused{"RawPointer", "mp::ProcessPoolExecutor executor; executor.submit(mp::fn<take<int*>>, &n);",
                "a raw pointer means nothing in another process"},
        Refused{"ResultThatCannotCome",
                "mp::ProcessPoolExecutor executor; executor.submit([] { return std::vector<Runner>{}; });",
                "name its fields in mp::fields<T>"},
        Refused{"QueueAsAnArgument",
                "mp::ProcessPoolExecutor executor; executor.submit([](mp::Queue<int>) {}, mp::Queue<int>{});",
                "this object can only be shared through inheritance"},
        Refused{"MapOfALambdaThatCaptures",
                "mp::ProcessPoolExecutor executor; (void)executor.map([n](int x) { return x + n; }, std::vector{1});",
                "a lambda that captures cannot be sent"},
        Refused{"PoolWithALambdaThatCaptures",
                "mp::Pool executor; executor.map([n](int x) { return x + n; }, std::vector{1});",
                "a lambda that captures cannot be sent"}),
    [](const auto& refused) { return refused.param.name; });

TEST(Compile, WhatMayCrossCompiles) {
  EXPECT_TRUE(compile("mp::Process p{mp::start::spawn, mp::fn<work>, 1};").empty());
  EXPECT_TRUE(
      compile("mp::Queue<mp::Connection> queue; mp::Process p{mp::start::spawn, [](mp::Queue<mp::Connection>) {}, "
              "queue};")
          .empty())
      << "queues and connections are inherited";
  EXPECT_TRUE(compile("mp::Process p{[&] { mutex.lock(); n = 1; }};").empty()) << "with fork anything crosses";
}
