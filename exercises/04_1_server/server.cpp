// Exercise 04_1: an account lives in one process, and others use it.
#include <memory>
#include <vector>

#include "02_pipe_queue/connection.hpp"

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

/// A client's: each call travels over its link to the server, is made there, and its result travels back.
class Proxy : public Account {
 public:
  explicit Proxy(mp::Connection link) : link_{std::move(link)} {}

  // your code
  long balance() override { return 0; }
  void deposit(long) override {}
  long wait_for(long) override { return 0; }

 private:
  mp::Connection link_;
};

/// Makes the calls that come by these links on the account, and answers them. Blocks until all clients are gone: each
/// has closed its end of its link, or has been killed. Nothing that a client does harms the others.
void serve(Account& account, std::vector<mp::Connection> clients) {
  (void)account, (void)clients;  // your code
}

/// An account whose calls travel. For one thread of a client. Its calls throw what the real account throws, and
/// mp::EndOfFile or mp::BrokenPipe when the server is gone.
std::unique_ptr<Account> make_proxy(mp::Connection link) { return std::make_unique<Proxy>(std::move(link)); }
