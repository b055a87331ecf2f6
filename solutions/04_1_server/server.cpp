// Exercise 04_1: an account lives in one process, and others use it.
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "02_pipe_queue/connection.hpp"
#include "04_manager/remote_error.hpp"

/// What the server owns, and what its clients believe to have. Leave that as it is.
///
/// The real one may be called by several threads at once: it has locks of its own.
struct Account {
  virtual ~Account() = default;
  virtual long balance() = 0;
  /// Throws std::invalid_argument for less than nothing.
  virtual void deposit(long n) = 0;
  /// Blocks until so much is there; the balance then. Throws std::runtime_error for more than can ever be there.
  virtual long wait_for(long at_least) = 0;
};

// ---- what travels ----

enum class Method { balance, deposit, wait_for };
struct Request {
  Method method;
  long argument;
};
template <>
inline constexpr auto mp::fields<Request> = std::tuple{&Request::method, &Request::argument};

/// A result, 0 where there is none; or an error.
using Answer = std::variant<long, mp::Remote>;

// ---- the client's side ----

/// A client's: each call travels over its link to the server, is made there, and its result travels back.
class Proxy : public Account {
 public:
  explicit Proxy(mp::Connection link) : link_{std::move(link)} {}

  long balance() override { return ask({Method::balance, 0}); }
  void deposit(long n) override { ask({Method::deposit, n}); }
  long wait_for(long at_least) override { return ask({Method::wait_for, at_least}); }

 private:
  long ask(const Request& request) {
    link_.send(request);  // these two throw when the server is gone
    const auto answer = link_.recv<Answer>();
    if (const auto* error = std::get_if<mp::Remote>(&answer)) error->rethrow();
    return std::get<long>(answer);
  }

  mp::Connection link_;
};

/// An account whose calls travel. For one thread of a client. Its calls throw what the real account throws, and
/// mp::EndOfFile or mp::BrokenPipe when the server is gone.
std::unique_ptr<Account> make_proxy(mp::Connection link) { return std::make_unique<Proxy>(std::move(link)); }

// ---- the server's side ----

long make_call(Account& account, const Request& request) {
  if (request.method == Method::balance) return account.balance();
  if (request.method == Method::wait_for) return account.wait_for(request.argument);
  if (request.method == Method::deposit) return account.deposit(request.argument), 0;
  throw mp::DecodeError{"there is no such method"};  // whatever number came, it is in the enum now
}

Answer answer_to(const Request& request, Account& account) {
  try {
    return make_call(account, request);
  } catch (...) {
    return mp::Remote::current();
  }
}

/// Answers one client until it is gone, or sends what is no call. The link is this function's, and closed with it.
void serve_one(Account& account, mp::Connection link) try {
  for (;;) link.send(answer_to(link.recv<Request>(), account));
} catch (const std::exception&) {
  // EndOfFile, BrokenPipe or DecodeError: an exception that left a thread would end the whole process
}

/// Makes the calls that come by these links on the account, and answers them. Blocks until all clients are gone: each
/// has closed its end of its link, or has been killed. Nothing that a client does harms the others.
void serve(Account& account, std::vector<mp::Connection> clients) {
  std::vector<std::jthread> threads;  // one for each, so that a call that waits keeps nobody else waiting
  for (mp::Connection& link : clients) threads.emplace_back(serve_one, std::ref(account), std::move(link));
}  // a jthread's destructor waits for it to end
