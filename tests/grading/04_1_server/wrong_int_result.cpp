// Wrong: results travel as int.
// loses: calls
// says: but what came: the client calls balance(): 70
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "02_pipe_queue/connection.hpp"
#include "04_manager/remote_error.hpp"

struct Account {
  virtual ~Account() = default;
  virtual long balance() = 0;
  virtual void deposit(long n) = 0;
  virtual long wait_for(long at_least) = 0;
};

enum class Method { balance, deposit, wait_for };
struct Request {
  Method method;
  long argument;
};
template <>
inline constexpr auto mp::fields<Request> = std::tuple{&Request::method, &Request::argument};

using Answer = std::variant<int, mp::Remote>;

class Proxy : public Account {
 public:
  explicit Proxy(mp::Connection link) : link_{std::move(link)} {}

  long balance() override { return ask({Method::balance, 0}); }
  void deposit(long n) override { ask({Method::deposit, n}); }
  long wait_for(long at_least) override { return ask({Method::wait_for, at_least}); }

 private:
  long ask(const Request& request) {
    link_.send(request);
    const auto answer = link_.recv<Answer>();
    if (const auto* error = std::get_if<mp::Remote>(&answer)) error->rethrow();
    return std::get<int>(answer);
  }

  mp::Connection link_;
};

std::unique_ptr<Account> make_proxy(mp::Connection link) { return std::make_unique<Proxy>(std::move(link)); }

long make_call(Account& account, const Request& request) {
  if (request.method == Method::balance) return account.balance();
  if (request.method == Method::wait_for) return account.wait_for(request.argument);
  if (request.method == Method::deposit) return account.deposit(request.argument), 0;
  throw mp::DecodeError{"there is no such method"};
}

Answer answer_to(const Request& request, Account& account) {
  try {
    return static_cast<int>(make_call(account, request));
  } catch (...) {
    return mp::Remote::current();
  }
}

void serve_one(Account& account, mp::Connection link) {
  try {
    for (;;) link.send(answer_to(link.recv<Request>(), account));
  } catch (const std::exception&) {}
}

void serve(Account& account, std::vector<mp::Connection> clients) {
  std::vector<std::jthread> threads;
  for (mp::Connection& link : clients) threads.emplace_back(serve_one, std::ref(account), std::move(link));
}
