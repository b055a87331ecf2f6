// An object of a type of your own. Name its methods, and its proxies have them;
// errors come back as what they were.
#include "04_manager/manager.hpp"

#include <cstdio>

class Account {
 public:
  explicit Account(long euros) : euros_{euros} {}
  void deposit(long n) {
    if (n <= 0) throw std::invalid_argument{"a deposit of nothing"};
    euros_ += n;
  }
  long balance() { return euros_; }
  MP_METHODS(deposit, balance)  // new

 private:
  long euros_;
};

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  const mp::Manager manager;
  const auto account = manager.make<Account>(100);  // new
  account.deposit(5);
  try {
    account.deposit(0);
  } catch (const std::invalid_argument& error) {  // new
    const bool elsewhere =
        dynamic_cast<const mp::Remote&>(error).pid != getpid();
    std::printf("%s, said %s\n", error.what(), elsewhere ? "the server" : "we");
  }
  std::printf("%ld\n", account.balance());
}
