// Right: bytes and kinds of errors by hand, threads that are joined by hand, an answer for nonsense.
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "02_pipe_queue/connection.hpp"

struct Account {
  virtual ~Account() = default;
  virtual long balance() = 0;
  virtual void deposit(long n) = 0;
  virtual long wait_for(long at_least) = 0;
};

using Bytes = std::vector<std::byte>;

Bytes bytes_of(char kind, const void* data, std::size_t n) {
  Bytes all(n + 1);
  all[0] = std::byte(kind);
  if (n > 0) std::memcpy(all.data() + 1, data, n);
  return all;
}
Bytes bytes_of(char kind, long n) { return bytes_of(kind, &n, sizeof n); }
Bytes bytes_of(char kind, const std::string& text) { return bytes_of(kind, text.data(), text.size()); }
char kind_of(const Bytes& bytes) { return bytes.empty() ? '?' : static_cast<char>(bytes[0]); }
long number_in(const Bytes& bytes) {
  long n = 0;
  if (bytes.size() != 1 + sizeof n) throw std::length_error{"a number has eight bytes"};
  std::memcpy(&n, bytes.data() + 1, sizeof n);
  return n;
}

class Proxy : public Account {
 public:
  explicit Proxy(mp::Connection link) : link_{std::move(link)} {}
  long balance() override { return ask('b', 0); }
  void deposit(long n) override { ask('d', n); }
  long wait_for(long at_least) override { return ask('w', at_least); }

 private:
  long ask(char kind, long n) {
    link_.send_bytes(bytes_of(kind, n));
    const Bytes answer = link_.recv_bytes();
    if (kind_of(answer) == '=') return number_in(answer);
    const std::string text(reinterpret_cast<const char*>(answer.data()) + 1, answer.size() - 1);
    if (kind_of(answer) == 'i') throw std::invalid_argument{text};
    throw std::runtime_error{text};
  }

  mp::Connection link_;
};

std::unique_ptr<Account> make_proxy(mp::Connection link) { return std::make_unique<Proxy>(std::move(link)); }

Bytes answer_to(const Bytes& call, Account& account) {
  try {
    const long n = number_in(call);
    switch (kind_of(call)) {
      case 'b':
        return bytes_of('=', account.balance());
      case 'd':
        account.deposit(n);
        return bytes_of('=', 0);
      case 'w':
        return bytes_of('=', account.wait_for(n));
      default:
        return bytes_of('r', "there is no such call");
    }
  } catch (const std::invalid_argument& error) {
    return bytes_of('i', error.what());
  } catch (const std::exception& error) {
    return bytes_of('r', error.what());
  }
}

void serve(Account& account, std::vector<mp::Connection> clients) {
  std::vector<std::thread> threads;
  for (mp::Connection& link : clients)
    threads.emplace_back([&account, &link] {
      try {
        for (;;) link.send_bytes(answer_to(link.recv_bytes(), account));
      } catch (const std::exception&) {}
      link.close();
    });
  for (std::thread& each : threads) each.join();
}
