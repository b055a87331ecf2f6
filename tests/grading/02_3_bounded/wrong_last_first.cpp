// Wrong: keeps a stack of what it takes in, and gives the last first.
// loses: order bounded survives
// says: put and taken by one process
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

struct TextQueue {
  virtual ~TextQueue() = default;
  virtual void put(const std::string& text) = 0;
  virtual std::string get() = 0;
};

class BoundedQueue : public TextQueue {
 public:
  explicit BoundedQueue(int size) : places_{eventfd(static_cast<unsigned>(size), EFD_SEMAPHORE | EFD_CLOEXEC)} {
    if (places_ == -1) fail("eventfd");
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends_) == -1) fail("socketpair");
  }
  ~BoundedQueue() override {
    close(ends_[0]);
    close(ends_[1]);
    close(places_);
  }

  void put(const std::string& text) override {
    std::uint64_t one = 0;
    repeat("eventfd", [&] { return read(places_, &one, sizeof one); });
    const std::string packet = text + '.';
    repeat("send", [&] { return send(ends_[0], packet.data(), packet.size(), MSG_NOSIGNAL); });
  }

  std::string get() override {
    std::string packet(60'001, '?');
    const std::uint64_t one = 1;
    for (;;) {
      const int flags = stack_.empty() ? 0 : MSG_DONTWAIT;
      const ssize_t n = recv(ends_[1], packet.data(), packet.size(), flags);
      if (n == -1 && errno == EINTR) continue;
      if (n <= 0) break;
      stack_.push_back(packet.substr(0, static_cast<std::size_t>(n) - 1));
    }
    repeat("eventfd", [&] { return write(places_, &one, sizeof one); });
    std::string last = stack_.back();
    stack_.pop_back();
    return last;
  }

 private:
  [[noreturn]] static void fail(const char* call) { throw std::system_error(errno, std::generic_category(), call); }

  template <class Call>
  static ssize_t repeat(const char* name, Call call) {
    ssize_t n;
    do n = call();
    while (n == -1 && errno == EINTR);
    if (n == -1) fail(name);
    return n;
  }

  int ends_[2];
  int places_;
  std::vector<std::string> stack_;
};

std::unique_ptr<TextQueue> make_queue(int size) { return std::make_unique<BoundedQueue>(size); }
