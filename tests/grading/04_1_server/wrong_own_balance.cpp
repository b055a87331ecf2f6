// Wrong: the proxy has a balance of its own.
// loses: calls errors one_object waiting killed nonsense server_gone returns
// says: but what came: the client calls balance(): 0
#include <memory>
#include <stdexcept>
#include <vector>

#include "02_pipe_queue/connection.hpp"

struct Account {
  virtual ~Account() = default;
  virtual long balance() = 0;
  virtual void deposit(long n) = 0;
  virtual long wait_for(long at_least) = 0;
};

class Proxy : public Account {
 public:
  explicit Proxy(mp::Connection link) : link_{std::move(link)} {}
  long balance() override { return balance_; }
  void deposit(long n) override {
    if (n < 0) throw std::invalid_argument{"less than nothing"};
    balance_ += n;
  }
  long wait_for(long) override { return balance_; }

 private:
  mp::Connection link_;
  long balance_ = 0;
};

std::unique_ptr<Account> make_proxy(mp::Connection link) { return std::make_unique<Proxy>(std::move(link)); }

void serve(Account&, std::vector<mp::Connection> clients) {
  for (mp::Connection& link : clients) try {
      for (;;) link.recv_bytes();
    } catch (const std::exception&) {}
}
