// Wrong: sends the length and the text apart: another process gets in between.
// loses: shared whole
// says: texts
// racy: yes
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

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
    const std::string head = std::to_string(packet.size());
    repeat("send", [&] { return send(ends_[0], head.data(), head.size(), MSG_NOSIGNAL); });
    usleep(100);
    repeat("send", [&] { return send(ends_[0], packet.data(), packet.size(), MSG_NOSIGNAL); });
  }

  std::string get() override {
    std::string packet(60'001, '?');
    repeat("recv", [&] { return recv(ends_[1], packet.data(), packet.size(), 0); });
    const ssize_t n = repeat("recv", [&] { return recv(ends_[1], packet.data(), packet.size(), 0); });
    const std::uint64_t one = 1;
    repeat("eventfd", [&] { return write(places_, &one, sizeof one); });
    packet.resize(static_cast<std::size_t>(n) - 1);
    return packet;
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
};

std::unique_ptr<TextQueue> make_queue(int size) { return std::make_unique<BoundedQueue>(size); }
