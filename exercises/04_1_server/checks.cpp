// The checks of exercise 04_1. The first half lives in the submission's program, the second judges it.
#include <string>
#include <vector>

using Texts = std::vector<std::string>;

#ifdef IN_SUBMISSION

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "02_pipe_queue/connection.hpp"
#include "common/raw_array.hpp"
#include "common/type_name.hpp"
#include "exercises/grader/stage.hpp"

// The submission's.
struct Account {
  virtual ~Account() = default;
  virtual long balance() = 0;
  virtual void deposit(long n) = 0;
  virtual long wait_for(long at_least) = 0;
};
void serve(Account& account, std::vector<mp::Connection> clients);
std::unique_ptr<Account> make_proxy(mp::Connection link);

namespace {

using grader::becomes;
using grader::Counters;
using grader::patience;
using grader::trouble;

/// Waits until the process can get no further by itself: it rests, however often it is looked at.
void settle(pid_t pid) {
  int looks = 0;
  (void)becomes([&] { return looks = grader::rests(pid) ? looks + 1 : 0, looks == 6; }, patience / 2);
}

struct Child : grader::Child {
  explicit Child(const std::function<void()>& body) : grader::Child{body, blame} {}
  static void blame(const std::exception& error) {
    trouble(mp::demangled(typeid(error).name()) + " came out of serve, make_proxy or a call: " + error.what());
  }
};

/// Where one process stops until another lets it go on.
class Gate {
 public:
  void close() const { state_[0] = 1; }
  void stop_if_closed() const {
    if (state_[0] == 0) return;
    for (state_[1] = 1; state_[0] == 1;) ::usleep(500);
  }
  bool reached() const {
    return becomes([&] { return state_[1] == 1; });
  }
  void open() const { state_[0] = 0; }

 private:
  Counters state_{2};
};

// What is known of the account in all processes.
const Counters arrived{1};        // calls
const Counters arrived_apart{1};  // those in another process than the one that owns it
const Counters waiting{1};        // calls that wait for more
const Counters returned{1};       // serve
const Gate deposits;

/// The real one.
class RealAccount : public Account {
 public:
  explicit RealAccount(long at_first) : balance_{at_first} {}

  long balance() override {
    arrive();
    const std::scoped_lock held{mutex_};
    return balance_;
  }
  void deposit(long n) override {
    arrive();
    if (n < 0)
      throw std::invalid_argument{"nobody can deposit " + std::to_string(n) + ", for that is less than nothing"};
    deposits.stop_if_closed();
    const std::scoped_lock held{mutex_};
    balance_ += n;
    changed_.notify_all();
  }
  long wait_for(long at_least) override {
    arrive();
    if (at_least > 1'000'000'000'000) throw std::runtime_error{"there will never be " + std::to_string(at_least)};
    std::unique_lock held{mutex_};
    ++waiting[0];
    changed_.wait(held, [&] { return balance_ >= at_least; });
    --waiting[0];
    return balance_;
  }

 private:
  void arrive() const {
    ++arrived[0];
    arrived_apart[0] += ::getpid() == owner_ ? 0 : 1;
  }

  const pid_t owner_ = ::getpid();
  std::mutex mutex_;
  std::condition_variable changed_;
  long balance_;  // guarded by mutex_
};

/// A server in a process of its own, and the ends of its clients' links, which no other process has for long.
class Bank {
 public:
  explicit Bank(int clients, long at_first = 0) {
    std::vector<mp::Connection> served;
    for (int i = 0; i < clients; ++i) {
      auto [one, other] = mp::pipe();
      served.push_back(std::move(one));
      links_.push_back(std::move(other));
    }
    server_.emplace([&] {
      forget();
      RealAccount account{at_first};
      serve(account, std::move(served));
      returned[0] = 1;
    });
    settle();  // it awaits calls now, or is over
  }
  ~Bank() { tell_state(); }
  Bank(const Bank&) = delete;

  /// Tells the judge what has become of the server; when a client leaves the scene, for afterwards it may well end.
  void tell_state() {
    if (std::exchange(told_, true)) return;
    settle();
    grader::report("server", state());
  }

  /// The next client's end.
  mp::Connection take() {
    auto link = std::move(links_.front());
    links_.pop_front();
    return link;
  }
  /// In a child, that has its own.
  void forget() { links_.clear(); }

  void settle() const { ::settle(server_->pid()); }
  void kill() { server_->kill(); }

 private:
  /// What to tell if it is over.
  std::string state() const {
    siginfo_t seen{};
    const auto id = static_cast<id_t>(server_->pid());
    if (id == 0 || ::waitid(P_PID, id, &seen, WEXITED | WNOHANG | WNOWAIT) != 0 || seen.si_pid == 0) return "";
    if (returned[0] == 1) return "serve had returned by then";
    if (seen.si_code == CLD_EXITED) return "the server's process was over by then";
    return "the server's process was over by then, killed by SIG" + std::string{::sigabbrev_np(seen.si_status)} +
           (seen.si_status == SIGABRT ? ": did an exception leave a thread?" : "");
  }

  std::deque<mp::Connection> links_;
  std::optional<Child> server_;
  bool told_ = false;
};

/// Whatever was called, and what came of it, for the judge.
class Talk {
 public:
  ~Talk() { grader::report("talk", lines_); }
  void add(const std::string& what, const std::string& came) { lines_.push_back(what + ": " + came); }

 private:
  Texts lines_;
};

/// Nothing more can be told.
struct Stuck {};

/// What a call returned or threw.
std::string make_call(Account& account, const std::string& name, long n) {
  const auto thrown = [](const std::string& type, const std::exception& error) {
    return "throws " + type + ", \"" + error.what() + "\"";
  };
  try {
    if (name == "balance") return std::to_string(account.balance());
    if (name == "wait_for") return std::to_string(account.wait_for(n));
    return account.deposit(n), "done";
  } catch (const std::invalid_argument& error) {
    return thrown("std::invalid_argument", error);
  } catch (const mp::EndOfFile&) {
    return "throws mp::EndOfFile";
  } catch (const mp::BrokenPipe&) {
    return "throws mp::BrokenPipe";
  } catch (const std::exception& error) {
    const bool is_one = typeid(error) != typeid(mp::DecodeError) && dynamic_cast<const std::runtime_error*>(&error);
    return thrown(is_one ? "std::runtime_error" : mp::demangled(typeid(error).name()), error);
  }
}

/// A client in a process of its own. It makes calls when it is told to, one at a time.
class Client {
 public:
  Client(Bank& bank, Talk& talk, std::string name) : bank_{bank}, talk_{talk}, name_{std::move(name)} {
    auto [ours, theirs] = mp::pipe();
    auto link = bank.take();
    orders_.emplace(std::move(ours));
    child_.emplace([&] {
      bank.forget();
      orders_.reset();
      obey(std::move(theirs), make_proxy(std::move(link)));
    });
  }

  ~Client() { bank_.tell_state(); }
  Client(const Client&) = delete;

  /// Has a call begun.
  void begin(const std::string& call, long n = 0) {
    call_ = name_ + " calls " + call + (call == "balance" ? "()" : "(" + std::to_string(n) + ")");
    try {
      orders_->send(Order{call, n});
    } catch (const mp::BrokenPipe&) {
      // its process is over: end() will see that
    }
  }
  bool is_done() const { return orders_->poll(); }
  /// Waits for what comes of it.
  void end() {
    std::optional<std::string> came;
    try {
      if (orders_->poll(patience)) came = orders_->recv<std::string>();
    } catch (const mp::EndOfFile&) {
      trouble(name_ + "'s process ended in a call");
    }
    talk_.add(call_, came.value_or("nothing within 2 s"));
    if (!came) throw Stuck{};
  }
  void calls(const std::string& call, long n = 0) {
    begin(call, n);
    end();
  }

  void settle() const { ::settle(child_->pid()); }
  void kill() { child_->kill(); }

 private:
  using Order = std::pair<std::string, long>;

  static void obey(mp::Connection orders, std::unique_ptr<Account> proxy) {
    if (!proxy) throw std::logic_error{"make_proxy returned no proxy"};
    for (;;) {
      const auto [call, n] = orders.recv<Order>();
      orders.send(make_call(*proxy, call, n));
    }
  }

  Bank& bank_;
  Talk& talk_;
  std::string name_, call_;
  std::optional<mp::Connection> orders_;
  std::optional<Child> child_;
};

void let_talk(const std::function<void(Talk&)>& scene) {
  Talk talk;
  try {
    scene(talk);
  } catch (const Stuck&) {}
}

void send_raw(const mp::Connection& link, std::span<const std::byte> bytes) {
  (void)::send(link.fileno(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace

SCENARIO(calls) {
  const long large = std::stol(grader::argument(0));
  let_talk([=](Talk& talk) {
    Bank bank{1, -1};
    Client one{bank, talk, "the client"};
    one.calls("balance");
    one.calls("deposit", large);
    one.calls("balance");
    one.calls("wait_for", large - 2);
    one.calls("deposit", 0);
    one.calls("balance");
  });
  grader::report("arrived", arrived[0].load());
}

/// A deposit takes long: has the proxy's call returned before it is made?
SCENARIO(slow_deposit) {
  deposits.close();
  let_talk([](Talk& talk) {
    Bank bank{1};
    Client one{bank, talk, "the client"};
    one.begin("deposit", 7);
    if (!deposits.reached()) return trouble("the client called deposit(7), but within 2 s the account saw no call");
    one.settle();
    grader::report("early", one.is_done());
    deposits.open();
    one.end();
    one.calls("balance");
  });
}

SCENARIO(errors) {
  let_talk([](Talk& talk) {
    Bank bank{1};
    Client one{bank, talk, "the client"};
    one.calls("deposit", -grader::number(0));
    one.calls("deposit", -66);
    one.calls("balance");
    one.calls("wait_for", 3'000'000'000'000);
    bank.settle();
    one.calls("deposit", 7);
    one.calls("balance");
  });
}

SCENARIO(one_object) {
  let_talk([](Talk& talk) {
    Bank bank{3};
    Client one{bank, talk, "client 1"}, two{bank, talk, "client 2"}, three{bank, talk, "client 3"};
    const auto deposit = [&](Client& client, long n) {
      client.calls("deposit", n);
      bank.settle();  // so that it is there, even if the proxy did not wait for it
    };
    const int first = grader::number(0);
    deposit(one, first);
    two.calls("balance");
    deposit(two, 10);
    three.calls("wait_for", 11);
    deposit(three, 100);
    one.calls("balance");
  });
  grader::report("apart", arrived_apart[0].load());
}

/// All clients but the last wait for what only that one will bring.
SCENARIO(waiting) {
  const int others = std::stoi(grader::argument(0));
  let_talk([&](Talk& talk) {
    Bank bank{others + 1};
    std::vector<std::unique_ptr<Client>> waiters;
    for (int i = 1; i <= others; ++i)
      waiters.push_back(std::make_unique<Client>(bank, talk, "client " + std::to_string(i)));
    Client last{bank, talk, "client " + std::to_string(others + 1)};
    for (auto& each : waiters) each->begin("wait_for", 10);
    (void)becomes([&] { return waiting[0] == others; });
    grader::report("waiting", waiting[0].load());
    if (waiting[0] < others) return;
    last.calls("balance");
    last.calls("deposit", 4);
    last.calls("deposit", 8);
    for (auto& each : waiters) each->end();
  });
}

SCENARIO(killed_between) {
  let_talk([](Talk& talk) {
    Bank bank{2};
    Client one{bank, talk, "client 1"}, two{bank, talk, "client 2"};
    one.calls("deposit", 1);
    one.kill();
    bank.settle();
    two.calls("deposit", 2);
    two.calls("balance");
  });
}

SCENARIO(killed_within) {
  let_talk([](Talk& talk) {
    Bank bank{2};
    Client one{bank, talk, "client 1"}, two{bank, talk, "client 2"};
    one.begin("wait_for", 10);
    if (!becomes([&] { return waiting[0] == 1; }))
      return trouble("client 1 called wait_for(10), but within 2 s the account saw no call");
    one.kill();
    bank.settle();
    two.calls("balance");
    two.calls("deposit", 10);
    bank.settle();  // the call of the dead one is over: its answer finds nobody
    two.calls("balance");
  });
}

/// Whole messages that mean nothing. Each is sent thrice, for to somebody's server a call may be more than one.
SCENARIO(nonsense) {
  const auto n = std::stoul(grader::argument(0));
  let_talk([&](Talk& talk) {
    Bank bank{2};
    Client one{bank, talk, "client 1"};
    one.calls("deposit", 3);
    auto stranger = bank.take();
    const std::vector<std::byte> bytes(n, std::byte{0x7f});
    try {
      for (int i = 0; i < 3; ++i) stranger.send_bytes(bytes);
    } catch (const mp::BrokenPipe&) {
      // it was not heard to the end
    }
    talk.add("client 2 sends nonsense", stranger.poll(patience) ? "gets an answer or the end" : "nothing within 2 s");
    bank.settle();
    one.calls("balance");
    stranger.close();
    bank.settle();
    one.calls("balance");
  });
}

/// A message of 100 bytes of which so many are sent, the eight of its length among them.
SCENARIO(half) {
  const auto n = std::stoul(grader::argument(0));
  let_talk([&](Talk& talk) {
    Bank bank{2};
    Client one{bank, talk, "client 1"};
    auto stranger = bank.take();
    std::vector<std::byte> bytes(n, std::byte{0});
    bytes[0] = std::byte{100};
    send_raw(stranger, bytes);
    bank.settle();
    one.calls("deposit", 3);
    stranger.close();
    bank.settle();
    one.calls("balance");
  });
}

/// The server is killed while client 1 is in a call, and client 2 is not.
SCENARIO(server_gone) {
  let_talk([](Talk& talk) {
    Bank bank{2};
    Client one{bank, talk, "client 1"}, two{bank, talk, "client 2"};
    one.begin("wait_for", 10);
    if (!becomes([&] { return waiting[0] == 1; }))
      return trouble("client 1 called wait_for(10), but within 2 s the account saw no call");
    bank.kill();
    one.end();
    one.calls("deposit", 1);
    two.calls("balance");
  });
}

SCENARIO(no_clients) {
  RealAccount account{0};
  serve(account, {});
}

/// Here it is the scenario's process that serves, so that the grader sees what is left behind. Client 1 ends, client 2
/// lives on without its proxy, and client 3 is the last one, for a while.
SCENARIO(returns) {
  RealAccount account{0};
  std::vector<mp::Connection> served, links;
  for (int i = 0; i < 3; ++i) {
    auto [one, other] = mp::pipe();
    served.push_back(std::move(one));
    links.push_back(std::move(other));
  }
  const Counters closed{2};  // client 2's proxy, client 3's
  std::vector<Child> clients;
  const auto start_client = [&](std::size_t i, const std::function<void(std::unique_ptr<Account>)>& body) {
    clients.emplace_back([&] {
      served.clear();
      auto link = std::move(links[i]);
      links.clear();
      body(make_proxy(std::move(link)));
    });
  };
  start_client(0, [&](auto proxy) {
    proxy->deposit(1);
    ::_exit(0);
  });
  start_client(1, [&](auto proxy) {
    proxy->deposit(2);
    proxy.reset();
    for (closed[0] = 1;;) ::pause();
  });
  start_client(2, [&](auto proxy) {
    proxy->deposit(4);
    if (!becomes([&] { return grader::is_over(clients[0].pid()) && closed[0] == 1; })) return;
    settle(::getppid());
    if (proxy->balance() != 7) trouble("three clients deposited 1, 2 and 4, but the balance is not 7");
    closed[1] = 1;
    proxy.reset();
    for (;;) ::pause();
  });
  links.clear();
  serve(account, std::move(served));
  grader::report("early", closed[1] == 0);
}

#else

#include <fmt/format.h>

#include <algorithm>

#include "exercises/grader/judge.hpp"

using grader::Run;
using grader::submission;
using grader::varied;

namespace {

/// What the server's process has to do with it, if it has.
std::string about_server(const Run& run) {
  std::string text;
  for (const auto& state : run.values<std::string>("server")) text += state.empty() ? "" : "\nNote: " + state;
  if (!text.empty() && !run.errors.empty()) text += "\nIt printed: " + run.errors.substr(0, 400);
  return text;
}

/// True if the clients' calls had these results, each a line: whose call, and what came of it.
testing::AssertionResult talked(const Run& run, const Texts& wanted) {
  const auto troubles = run.values<std::string>("trouble");
  if (!troubles.empty()) return testing::AssertionFailure() << troubles.front() << about_server(run);
  if (const auto ended = grader::came_to_its_end(run); !ended) return ended;
  const auto came = run.value<Texts>("talk");
  const auto [at, differs] = std::mismatch(wanted.begin(), wanted.end(), came.begin(), came.end());
  if (at == wanted.end()) return testing::AssertionSuccess();
  auto failure = testing::AssertionFailure();
  for (auto line = wanted.begin(); line != at; ++line) failure << (line == wanted.begin() ? "" : "\n") << *line;
  return failure << (at == wanted.begin() ? "" : "\n") << "then expected: " << *at
                 << "\nbut what came: " << (differs == came.end() ? "nothing more" : *differs) << about_server(run);
}

bool tells_the_end(const std::string& line) {
  return line.ends_with("throws mp::EndOfFile") || line.ends_with("throws mp::BrokenPipe");
}

}  // namespace

CHECK(calls, 15, "each call arrives once, its result comes back, and it returns when it is done") {
  const long large = 5'000'000'000 + varied(2, 1'000'000);
  const auto then = std::to_string(large - 1);
  const auto run = submission("calls", {std::to_string(large)});
  ASSERT_TRUE(talked(
      run, {"the client calls balance(): -1", fmt::format("the client calls deposit({}): done", large),
            "the client calls balance(): " + then, fmt::format("the client calls wait_for({}): {}", large - 2, then),
            "the client calls deposit(0): done", "the client calls balance(): " + then}))
      << "one client, and an account that holds -1 at first.";
  ASSERT_EQ(run.value<int>("arrived"), 6) << "calls that the account saw, of six that the client made";

  const auto slow = submission("slow_deposit");
  ASSERT_TRUE(talked(slow, {"the client calls deposit(7): done", "the client calls balance(): 7"}))
      << "a deposit that takes the account long.";
  ASSERT_FALSE(slow.value<bool>("early"))
      << "the proxy's deposit returned while the account was still about to make it: it should wait for the answer, "
      << "though that holds no number. How else could it learn of an error?";
}

CHECK(errors, 15, "what the account throws is thrown by the proxy: same type, same text; then it goes on") {
  const auto less = std::to_string(varied(1, 60));
  ASSERT_TRUE(talked(
      submission("errors", {less}),
      {"the client calls deposit(-" + less + "): throws std::invalid_argument, \"nobody can deposit -" + less +
           ", for that is less than nothing\"",
       "the client calls deposit(-66): throws std::invalid_argument, \"nobody can deposit -66, for that is less than "
       "nothing\"",
       "the client calls balance(): 0",
       "the client calls wait_for(3000000000000): throws std::runtime_error, \"there will never be 3000000000000\"",
       "the client calls deposit(7): done", "the client calls balance(): 7"}))
      << "the account throws in some of these calls.";
}

CHECK(one_object, 10, "all clients see one account, in the server's process") {
  const int first = varied(1, 99);
  const auto run = submission("one_object", {std::to_string(first)});
  ASSERT_TRUE(talked(
      run, {fmt::format("client 1 calls deposit({}): done", first), fmt::format("client 2 calls balance(): {}", first),
            "client 2 calls deposit(10): done", fmt::format("client 3 calls wait_for(11): {}", first + 10),
            "client 3 calls deposit(100): done", fmt::format("client 1 calls balance(): {}", first + 110)}))
      << "three clients, all there from the beginning; each call is made when the one before it is over.";
  ASSERT_EQ(run.value<int>("apart"), 0)
      << "calls that were made in another process than the one that called serve, and owns the account";
}

CHECK(waiting, 20, "a client that waits in `wait_for` keeps no other client waiting") {
  for (const int others : {1, grader::worker_counts().back()}) {
    const auto run = grader::shaken("waiting", {std::to_string(others)});
    const auto troubles = run.values<std::string>("trouble");
    ASSERT_TRUE(troubles.empty()) << troubles.front();
    ASSERT_EQ(run.value<int>("waiting"), others) << "clients that wait in wait_for(10) at the same time, of " << others
                                                 << " that called it. Do some wait in the "
                                                 << "server for another one's call to be over?" << about_server(run);
    const auto last = "client " + std::to_string(others + 1);
    Texts wanted{last + " calls balance(): 0", last + " calls deposit(4): done", last + " calls deposit(8): done"};
    for (int i = 1; i <= others; ++i) wanted.push_back("client " + std::to_string(i) + " calls wait_for(10): 12");
    ASSERT_TRUE(talked(run, wanted))
        << "all clients but the last wait in wait_for(10), and that one brings the money.\n"
        << "It must be served meanwhile.";
  }
}

CHECK(killed, 10, "a client that is killed, in a call or between two, ends its own service only") {
  ASSERT_TRUE(talked(submission("killed_between"), {"client 1 calls deposit(1): done",
                                                    "client 2 calls deposit(2): done", "client 2 calls balance(): 3"}))
      << "client 1 was killed after its deposit.";
  ASSERT_TRUE(talked(submission("killed_within"), {"client 2 calls balance(): 0", "client 2 calls deposit(10): done",
                                                   "client 2 calls balance(): 10"}))
      << "client 1 was killed while it waited in wait_for(10). That call ends when client 2 makes its deposit, and "
      << "its answer finds nobody.";
}

CHECK(nonsense, 10, "so does one that sends what is no call, or half a message") {
  for (const char* bytes : {"0", "1", "3", "8", "9", "12", "16", "1000"})
    ASSERT_TRUE(talked(submission("nonsense", {bytes}),
                       {"client 1 calls deposit(3): done", "client 2 sends nonsense: gets an answer or the end",
                        "client 1 calls balance(): 3", "client 1 calls balance(): 3"}))
        << "client 2 sent messages of " << bytes << " bytes that mean nothing. It may get an error for an answer, or "
        << "find its link closed; the others should not notice.";
  for (const char* bytes : {"3", "20"})
    ASSERT_TRUE(talked(submission("half", {bytes}), {"client 1 calls deposit(3): done", "client 1 calls balance(): 3"}))
        << "client 2 sent the first " << bytes
        << " bytes of a message of 108, and no more. After client 1's deposit it "
        << "closed its link.";
}

CHECK(server_gone, 10, "when the server is killed, the proxy throws mp::EndOfFile or mp::BrokenPipe") {
  const auto run = submission("server_gone");
  const auto troubles = run.values<std::string>("trouble");
  ASSERT_TRUE(troubles.empty()) << troubles.front() << about_server(run);
  auto came = run.value<Texts>("talk");
  came.resize(3, "nothing more");
  for (const std::string& line : came)
    ASSERT_TRUE(tells_the_end(line))
        << "the server was killed while client 1 waited in wait_for(10). Expected: mp::EndOfFile or mp::BrokenPipe is "
        << "thrown by this call, and by all that come later. But what came: " << line;
}

CHECK(returns, 10, "`serve` returns when the last client is gone, not before, and leaves nothing behind") {
  const auto run = submission("returns");
  if (run.finished) {
    ASSERT_FALSE(run.value<bool>("early"))
        << "serve returned while a client was there that still had its proxy. Of three clients the first ended, "
        << "the second destroyed its proxy and lived on, and the third was still to make calls.";
  }
  const auto troubles = run.values<std::string>("trouble");
  ASSERT_TRUE(troubles.empty()) << troubles.front();
  ASSERT_TRUE(grader::left_nothing(run))
      << "three clients made calls. One ended, the others destroyed their proxies and lived on: then all are gone.";
  ASSERT_TRUE(grader::left_nothing(submission("no_clients"))) << "serve with no clients has nothing to do.";
}

#endif
