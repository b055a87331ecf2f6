// The checks of exercise 04_3. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>

#include "04_manager/manager.hpp"
#include "common/raw_array.hpp"
#include "exercises/grader/stage.hpp"

// The submission's.
using Counts = std::map<std::string, long>;
struct Texts {
  virtual ~Texts() = default;
  virtual std::optional<std::string> next() = 0;
};
struct Tally {
  void add(std::string word, long n);
  void add_all(Counts more);
  Counts all();
  MP_METHODS(add, add_all, all)

 private:
  Counts counts_;
};
void count_words(Texts& texts, int workers, const mp::Proxy<Tally>& tally);

namespace {

using Lists = std::vector<std::vector<std::string>>;
using Numbers = std::vector<int>;

using grader::is_over;
using grader::trouble;
using grader::troubled;

/// A process, and how many messages it has sent to the tally.
struct Row {
  std::atomic<pid_t> pid;
  std::atomic<int> messages;
};
constexpr std::size_t most = 64;
using Table = mp::RawArray<Row>;

/// The row of that process, a new one if it has none. Rows are taken in the order of the first calls.
std::size_t row_of(const Table& table, pid_t pid) {
  for (std::size_t i = 0; i + 1 < most; ++i) {
    pid_t nobody = 0;
    if (table[i].pid.compare_exchange_strong(nobody, pid) || nobody == pid) return i;
  }
  return most - 1;
}

// Shared by all processes of a scenario; made before there are any.
const Table takers{most};   // of texts
const Table clients{most};  // of the tally
const grader::Counters marks{1};
std::atomic<int>& returned = marks[0];  // has count_words, and has been noted what stood in the tally then?

/// Waits until it holds; whether it does.
bool reaches(auto holds) {
  return grader::becomes([&] { return holds() || troubled[0] == 1; }) && holds();
}

void give_a_chance(pid_t other, auto has) {
  grader::let_them_try([=] { return grader::rests(other); }, has, 100);
}

// ---- in the server: who sends messages ----

thread_local bool was_called = false;  // the tally, since this thread of the server sent its last answer

/// The process at the other end of a socket: the kernel says who connected it.
pid_t peer(int socket) {
  ucred other{};
  socklen_t size = sizeof other;
  mp::check(::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &other, &size), "getsockopt(SO_PEERCRED)");
  return other.pid;
}

// ---- in the workers: texts ----

/// Brings each worker a list of texts. Nobody gets the first before all workers have asked. The worker that was started
/// first gets the first list, and so on. Some texts are none: for "!bad" it throws, for "!die" the worker is killed,
/// and for "!wait" it waits until the worker that has such a text is over, if there is one, and the process that called
/// count_words had a chance to return.
class DealtTexts : public Texts {
 public:
  DealtTexts(Lists lists, pid_t caller) : lists_{std::move(lists)}, caller_{caller} {}

  std::optional<std::string> next() override {
    if (::getpid() == caller_) {
      trouble("next was called in the process that called count_words: only workers should, each a process");
      return std::nullopt;
    }
    if (owner_ != ::getpid()) join_the_others();
    if (troubled[0] == 1 || rank_ >= lists_.size() || taken_ == lists_[rank_].size()) return std::nullopt;
    const std::string text = lists_[rank_][taken_++];
    if (text == "!bad") throw std::runtime_error{"this text cannot be read"};
    if (text == "!die") ::raise(SIGKILL);
    if (text != "!wait") return text;
    let_others_act();
    return next();
  }

  /// The workers' processes in the order in which they were started; then those that came too many.
  static std::vector<pid_t> processes(std::size_t workers) {
    std::vector<pid_t> all;
    for (const Row& row : takers)
      if (row.pid != 0) all.push_back(row.pid);
    std::sort(all.begin(), all.begin() + static_cast<long>(std::min(all.size(), workers)));
    return all;
  }

 private:
  void join_the_others() {
    owner_ = ::getpid();
    taken_ = 0;
    const std::size_t row = row_of(takers, owner_), n = lists_.size();
    if (!reaches([&] { return processes(n).size() >= n; }) && troubled[0] == 0)
      trouble(std::to_string(processes(n).size()) + " of " + std::to_string(n) +
              " workers had asked for a text within 2 s. Are they all started before you wait for one?");
    const auto all = processes(n);
    rank_ = row >= n ? row : static_cast<std::size_t>(std::find(all.begin(), all.end(), owner_) - all.begin());
  }

  void let_others_act() const {
    const auto fails = [](const std::vector<std::string>& texts) {
      return !texts.empty() && (texts.back() == "!bad" || texts.back() == "!die");
    };
    const auto list = std::find_if(lists_.begin(), lists_.end(), fails);
    if (list != lists_.end()) {
      const pid_t failing = processes(lists_.size()).at(static_cast<std::size_t>(list - lists_.begin()));
      give_a_chance(failing, [&] { return is_over(failing); });
    }
    give_a_chance(caller_, [] { return returned == 1; });
  }

  const Lists lists_;
  const pid_t caller_;
  pid_t owner_ = 0;  // of what follows: a forked child is another
  std::size_t rank_ = 0, taken_ = 0;
};

Lists lists_from_arguments() {
  Lists lists(std::stoul(grader::argument(0)));
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const std::string& all = grader::argument(i + 1);
    for (std::size_t at = 0, end; (end = all.find('|', at)) != std::string::npos; at = end + 1)
      lists[i].push_back(all.substr(at, end - at));
  }
  return lists;
}

long open_descriptors() { return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {}); }

/// What it threw, in words; empty when it returned.
std::string call(Texts& texts, int workers, const mp::Proxy<Tally>& tally) {
  try {
    count_words(texts, workers, tally);
    return "";
  } catch (const std::runtime_error& error) {
    return std::string{"std::runtime_error: "} + error.what();
  } catch (const std::exception& error) {
    return std::string{"another error: "} + error.what();
  } catch (...) {
    return "something that is no error";
  }
}

}  // namespace

void Tally::add(std::string word, long n) {
  was_called = true;
  counts_[word] += n;
}
void Tally::add_all(Counts more) {
  was_called = true;
  for (const auto& [word, n] : more) counts_[word] += n;
}
Counts Tally::all() {
  was_called = true;
  return counts_;
}

/// The C library's. Where a thread of the server sends the answer to a call of the tally, that was a message, whatever
/// it asked for.
extern "C" ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  static const auto original = grader::original<ssize_t(int, const msghdr*, int)>("sendmsg");
  if (std::exchange(was_called, false)) ++clients[row_of(clients, peer(socket))].messages;
  return original(socket, message, flags);
}

SCENARIO(count) {
  const Lists lists = lists_from_arguments();
  ::mallopt(M_ARENA_MAX, 2);  // the server has a thread for each worker, and would reserve 64 MB for each
  const mp::Manager manager;
  const auto tally = manager.make<Tally>();
  DealtTexts texts{lists, ::getpid()};
  const long before = open_descriptors();
  const std::string thrown = call(texts, static_cast<int>(lists.size()), tally);
  const long after = open_descriptors();
  const auto processes = DealtTexts::processes(lists.size());
  grader::report(
      "alive", static_cast<int>(std::count_if(processes.begin(), processes.end(), [](auto p) { return !is_over(p); })));
  grader::report("opened", static_cast<int>(after - before));
  grader::report("thrown", thrown);
  grader::report("processes", static_cast<int>(processes.size()));
  Numbers messages(lists.size());  // by worker
  int strange = 0;                 // by others
  for (const Row& row : clients) {
    const auto rank =
        static_cast<std::size_t>(std::find(processes.begin(), processes.end(), row.pid.load()) - processes.begin());
    (rank < messages.size() ? messages[rank] : strange) += row.messages;
  }
  grader::report("messages", messages);
  grader::report("strange", strange);
  try {
    grader::report("counts", tally.all());
  } catch (const std::exception&) {
    trouble("after count_words nobody can ask the tally any more: did it end the manager's server?");
  }
  returned = 1;
}

#else

#include <fmt/format.h>

#include <map>
#include <sstream>

#include "exercises/grader/judge.hpp"

using grader::Run;
using Counts = std::map<std::string, long>;
using Lists = std::vector<std::vector<std::string>>;  // of texts, for each worker
using Numbers = std::vector<int>;

namespace {

/// Has count_words called, with so many workers as there are lists.
Run count(const Lists& lists, bool with_delays = false) {
  std::vector<std::string> arguments{std::to_string(lists.size())};
  for (const auto& texts : lists) {
    std::string all;
    for (const std::string& text : texts) all += text + "|";
    arguments.push_back(all);
  }
  return with_delays ? grader::shaken("count", arguments) : grader::submission("count", arguments);
}

std::string workers(std::size_t n) { return std::to_string(n) + (n == 1 ? " worker" : " workers"); }

std::string one_of(std::size_t n) { return n == 1 ? "the only worker" : "one of " + workers(n); }

/// True if the scenario came to its end, and nothing went wrong on the way.
testing::AssertionResult came_back(const Run& run) {
  const auto troubles = run.values<std::string>("trouble");
  if (!troubles.empty()) return testing::AssertionFailure() << troubles.front();
  if (run.values<std::string>("thrown").empty())
    return testing::AssertionFailure() << run.story("count_words did not return");
  return grader::came_to_its_end(run);
}

Counts words_of(const std::vector<std::string>& texts) {
  Counts counts;
  for (const std::string& text : texts) {
    std::istringstream in{text.starts_with("!") ? "" : text};
    for (std::string word; in >> word;) ++counts[word];
  }
  return counts;
}
Counts words_of(const Lists& lists) {
  Counts counts;
  for (const auto& texts : lists)
    for (const auto& [word, n] : words_of(texts)) counts[word] += n;
  return counts;
}

/// A word that can be seen, whatever is in it.
std::string visible(const std::string& word) {
  std::string text;
  for (const char c : word) text += c == '\n' ? "\\n" : c == '\t' ? "\\t" : std::string{c};
  return "'" + text + "'";
}

/// True if the tally holds these.
testing::AssertionResult same(const Counts& got, const Counts& expected) {
  if (got == expected) return testing::AssertionSuccess();
  auto all = expected;
  all.insert(got.begin(), got.end());
  std::string text = "in the tally:";
  int shown = 0;
  for (const auto& [word, ignored] : all) {
    const auto number = [&, key = &word](const Counts& counts) {
      return counts.contains(*key) ? std::to_string(counts.at(*key)) : "none";
    };
    if (number(got) == number(expected)) continue;
    if (++shown > 4) return testing::AssertionFailure() << text << "\n  and more";
    text += "\n  " + visible(word) + ": expected " + number(expected) + ", got " + number(got);
  }
  return testing::AssertionFailure() << text;
}

testing::AssertionResult all_counted(const Run& run, const Lists& lists) {
  return same(run.value<Counts>("counts"), words_of(lists));
}

/// True if count_words returned, and did not throw.
testing::AssertionResult returned(const Run& run) {
  const auto thrown = run.value<std::string>("thrown");
  if (thrown.empty()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "count_words threw " << thrown;
}

/// So many texts, dealt out to the workers; each has words of its own, and some that others have.
Lists deal(std::size_t texts, std::size_t n) {
  const auto one = fmt::format("one{} ", grader::varied(1, 9)), two = fmt::format(" two{} ", grader::varied(1, 9));
  Lists lists(n);
  lists[0].push_back("!wait");
  for (std::size_t i = 0; i < texts; ++i)
    lists[i % n].push_back(fmt::format("{0}text{2}{1}{0}text{3}", one, two, i, i / 2));
  return lists;
}

/// The first or the last of these workers fails when it has counted something, while the others wait for texts.
Lists failing(std::size_t n, std::size_t which, const std::string& how) {
  Lists lists(n);
  for (std::size_t w = 0; w < n; ++w) {
    const std::string own = "worker" + std::to_string(w) + " ";
    lists[w] = {own + own, w == which ? own : "!wait", w == which ? how : own};
  }
  return lists;
}

}  // namespace

CHECK(counts, 15, "one worker, which is a process: each word of each text is counted") {
  const std::vector<Lists> all{{{"!wait", "the cat and the dog"}},
                               {{"the cat", "and the dog", "and the"}},
                               {{"", "  the\tcat \n\nand  The CAT, \n", "", "the"}},
                               {{"one"}},
                               {{""}},
                               {{}}};
  for (const Lists& lists : all) {
    const auto run = count(lists);
    ASSERT_TRUE(came_back(run)) << "one worker was to count words";
    ASSERT_TRUE(returned(run)) << "one worker was to count words, and every text was good";
    ASSERT_TRUE(all_counted(run, lists)) << "one worker counted the words of its texts";
  }
}

CHECK(together, 20, "1, 2, 3, 5, 7 or 13 workers are at work at the same time, each a process of its own") {
  for (const std::size_t n : {1U, 2U, 3U, 5U, 7U, 13U})
    for (const std::size_t texts : n == 3 ? std::vector<std::size_t>{1, 2, 11} : std::vector<std::size_t>{2 * n + 1}) {
      const auto lists = deal(texts, n);
      const auto run = count(lists, n == 3 || n == 13);
      ASSERT_TRUE(came_back(run)) << workers(n) << ", " << texts << " texts";
      ASSERT_TRUE(returned(run)) << workers(n) << ", " << texts << " texts, all of them good";
      ASSERT_EQ(run.value<int>("processes"), static_cast<int>(n))
          << "processes that asked for texts, where " << workers(n) << " should";
      ASSERT_TRUE(all_counted(run, lists)) << workers(n) << " counted the words of " << texts << " texts";
    }
}

CHECK(one_message, 20, "each worker sends what it has counted itself, all of it in one message") {
  for (const std::size_t n : {1U, 3U}) {
    auto lists = deal(3 * n, n);
    for (int i = 0; i < 200; ++i) lists[0].back() += " word" + std::to_string(i);
    const auto run = count(lists);
    ASSERT_TRUE(came_back(run)) << workers(n) << ", three texts for each";
    ASSERT_EQ(run.value<int>("strange"), 0)
        << "messages to the tally by processes that took no text, while " << workers(n)
        << " counted. Each worker should send what it has counted itself, and nobody else anything";
    ASSERT_EQ(run.value<Numbers>("messages"), Numbers(n, 1))
        << "messages to the tally by " << (n == 1 ? "the only worker" : "each of " + workers(n))
        << ", after three texts each. Every call by the "
        << "proxy is one, and one that only asks for something, too";
    ASSERT_TRUE(all_counted(run, lists)) << workers(n) << " counted the words of three texts each";
  }
  const auto run = count({{"one", "!bad", "two"}});
  ASSERT_TRUE(came_back(run)) << "the second of three texts was bad";
  ASSERT_LE(run.value<Numbers>("messages").at(0), 1) << "messages to the tally by the only worker, of whose three "
                                                        "texts the second was bad: whether it goes on or not, "
                                                     << "all that it has counted goes by one";
}

CHECK(no_news, 10, "a worker that has counted nothing sends nothing") {
  for (const Lists& lists :
       {Lists{{"!wait", "one two two"}, {}, {"", " \n"}}, Lists{{}, {""}}, Lists{{"!wait", "one"}, {"!bad"}}}) {
    const auto run = count(lists);
    ASSERT_TRUE(came_back(run)) << workers(lists.size()) << ", of which some got no texts, empty ones, or bad ones";
    auto messages = run.value<Numbers>("messages");
    const bool nobody = words_of(lists).empty();
    if (!nobody) messages.erase(messages.begin());
    ASSERT_EQ(messages, Numbers(messages.size(), 0))
        << "messages to the tally by each worker that got no texts, empty ones, or bad ones";
    ASSERT_EQ(nobody ? run.value<int>("strange") : 0, 0)
        << "messages to the tally by processes that took no text, when there was nothing to count";
    ASSERT_TRUE(all_counted(run, lists)) << "one worker counted, and the others had nothing to count";
  }
}

CHECK(bad_text, 15, "a bad text: what its worker had counted before is sent, others go on, then `count_words` throws") {
  const std::vector<Lists> all{failing(1, 0, "!bad"), failing(3, 0, "!bad"), failing(3, 2, "!bad"),
                               Lists{{"!bad"}, {"!wait", "one two"}}};
  for (const Lists& lists : all) {
    const auto story = one_of(lists.size()) + " could not read its next text: next threw";
    const auto run = count(lists);
    ASSERT_TRUE(came_back(run)) << story;
    ASSERT_TRUE(all_counted(run, lists)) << story << ". What that worker had counted before should be "
                                         << "sent, and the others should count to their end; count_words waits for all";
    const auto thrown = run.value<std::string>("thrown");
    ASSERT_FALSE(thrown.empty()) << story << ".\nWhen all workers have ended, count_words should throw "
                                 << "std::runtime_error, but it returned";
    ASSERT_EQ(thrown.substr(0, 18), "std::runtime_error") << story << ". count_words threw " << thrown;
  }
}

CHECK(killed, 15, "a worker is killed: what the others count arrives, then `count_words` throws") {
  for (const auto& [n, which] : {std::pair{1, 0}, std::pair{3, 0}, std::pair{3, 2}}) {
    const auto story = one_of(static_cast<std::size_t>(n)) + " was killed before it came to its end";
    const auto lists = failing(static_cast<std::size_t>(n), static_cast<std::size_t>(which), "!die");
    const auto run = count(lists);
    ASSERT_TRUE(came_back(run)) << story;
    auto got = run.value<Counts>("counts"), expected = words_of(lists);
    got.erase("worker" + std::to_string(which)), expected.erase("worker" + std::to_string(which));
    ASSERT_TRUE(same(got, expected)) << story
                                     << ". The others should count to their end, and count_words waits for all";
    const auto thrown = run.value<std::string>("thrown");
    ASSERT_FALSE(thrown.empty()) << story << ".\nWhen the others have ended, count_words should throw "
                                 << "std::runtime_error, but it returned";
    ASSERT_EQ(thrown.substr(0, 18), "std::runtime_error") << story << ". count_words threw " << thrown;
  }
}

CHECK(nothing_left, 5, "no process and no descriptor remains, whatever happens") {
  for (const Lists& lists : {deal(5, 3), failing(3, 0, "!bad"), failing(3, 0, "!die")}) {
    const std::string story = lists[0].back() == "!bad"   ? "after a bad text"
                              : lists[0].back() == "!die" ? "after a worker was killed"
                                                          : "after all went well";
    const auto run = count(lists);
    ASSERT_TRUE(came_back(run)) << story;
    ASSERT_GT(run.value<int>("processes"), 0) << "workers that asked for texts, " << story;
    ASSERT_EQ(run.value<int>("alive"), 0) << "workers that still ran when count_words was over, " << story;
    auto left = run.left.zombies;
    left.insert(left.end(), run.left.processes.begin(), run.left.processes.end());
    ASSERT_TRUE(left.empty()) << "when count_words was over, " << story << ": " << left.front();
    ASSERT_EQ(run.value<int>("opened"), 0) << "descriptors that count_words opened and did not close, " << story;
  }
}

#endif
