// Wrong: goes on without a place when a signal interrupts the wait for one.
// loses: bounded
// says: texts that went into a queue of 1
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

/// What its users see; leave it as it is.
struct TextQueue {
  virtual ~TextQueue() = default;
  /// Puts a text of at most 60,000 bytes; waits while as many texts are under way as the queue is for. Once it returns,
  /// the text can be taken, whatever becomes of this process.
  virtual void put(const std::string& text) = 0;
  /// Takes the next text; waits until there is one. From then on one more can be put.
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
    (void)!read(places_, &one, sizeof one);  // takes a place, or waits for one
    const std::string packet = text + '.';   // one byte more: an empty packet would look like the end
    repeat("send", [&] { return send(ends_[0], packet.data(), packet.size(), MSG_NOSIGNAL); });
  }

  std::string get() override {
    std::string packet(60'001, '?');
    const ssize_t n = repeat("recv", [&] { return recv(ends_[1], packet.data(), packet.size(), 0); });
    const std::uint64_t one = 1;
    repeat("eventfd", [&] { return write(places_, &one, sizeof one); });  // matches the read in put
    packet.resize(static_cast<std::size_t>(n) - 1);
    return packet;
  }

 private:
  [[noreturn]] static void fail(const char* call) { throw std::system_error(errno, std::generic_category(), call); }

  /// Repeats a call that a signal interrupted.
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

/// A queue for at most `size` texts, shared by this process and all that it forks.
std::unique_ptr<TextQueue> make_queue(int size) { return std::make_unique<BoundedQueue>(size); }
