// Right: one thread listens to all that are idle, and another for each call makes it.
#include <algorithm>
#include <memory>
#include <mutex>
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

using Answer = std::variant<long, mp::Remote>;

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
    return std::get<long>(answer);
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
    return make_call(account, request);
  } catch (...) {
    return mp::Remote::current();
  }
}

void serve(Account& account, std::vector<mp::Connection> clients) {
  auto ends = mp::pipe();  // by which the number of a client comes whose call is over
  auto& [back, bring_back] = ends;
  std::mutex one_brings;
  std::vector<std::jthread> calls(clients.size());
  std::vector<bool> is_idle(clients.size(), true);
  for (std::size_t left = clients.size(); left > 0;) {
    std::vector<mp::Waitable> waited_for{back};
    for (std::size_t i = 0; i < clients.size(); ++i)
      if (is_idle[i]) waited_for.emplace_back(clients[i]);
    const auto ready = mp::wait_ready(waited_for);
    if (ready.front() == mp::Waitable{back}) {
      is_idle[back.recv<std::size_t>()] = true;
      continue;
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (!is_idle[i] || std::find(ready.begin(), ready.end(), mp::Waitable{clients[i]}) == ready.end()) continue;
      try {
        const auto request = clients[i].try_recv_for<Request>(mp::Seconds{0});
        if (!request) continue;  // a part of it
        is_idle[i] = false;
        calls[i] = std::jthread{[&, i, request] {
          try {
            clients[i].send(answer_to(*request, account));
          } catch (const mp::BrokenPipe&) {}
          const std::scoped_lock held{one_brings};
          bring_back.send(i);
        }};
      } catch (const std::exception&) {
        is_idle[i] = false;
        clients[i].close();
        --left;
      }
    }
  }
}
