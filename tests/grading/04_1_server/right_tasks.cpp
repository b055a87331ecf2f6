// Right: calls are packed tasks, and the chapter's own session makes them.
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "04_manager/remote_error.hpp"
#include "04_manager/server.hpp"
#include "common/pickle/task.hpp"

struct Account {
  virtual ~Account() = default;
  virtual long balance() = 0;
  virtual void deposit(long n) = 0;
  virtual long wait_for(long at_least) = 0;
};

std::atomic<Account*> served = nullptr;  // a task finds its account here

template <auto method, class... Args>
auto on_account(Args... args) {
  return ((*served).*method)(args...);
}

class Proxy : public Account {
 public:
  explicit Proxy(mp::Connection link) : link_{std::move(link)} {}
  long balance() override { return mp::unpickled<long>(ask(mp::pack(mp::fn<on_account<&Account::balance>>))); }
  void deposit(long n) override { ask(mp::pack(mp::fn<on_account<&Account::deposit, long>>, n)); }
  long wait_for(long n) override {
    return mp::unpickled<long>(ask(mp::pack(mp::fn<on_account<&Account::wait_for, long>>, n)));
  }

 private:
  mp::Message ask(const mp::Message& call) {
    link_.send(call);
    auto answer = link_.recv<mp::Message>();
    if (answer.bytes.back() == std::byte{0})
      mp::unpickled<std::pair<mp::Remote, bool>>(std::move(answer)).first.rethrow();
    answer.bytes.pop_back();
    return answer;
  }

  mp::Connection link_;
};

std::unique_ptr<Account> make_proxy(mp::Connection link) { return std::make_unique<Proxy>(std::move(link)); }

void serve(Account& account, std::vector<mp::Connection> clients) {
  served = &account;
  std::vector<std::jthread> threads;
  for (mp::Connection& link : clients)
    threads.emplace_back([mine = std::move(link)]() mutable {
      try {
        mp::Session{std::move(mine)}.serve();
      } catch (const std::exception&) {}
    });
}
