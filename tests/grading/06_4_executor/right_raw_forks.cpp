// Right: raw forks and no mp::Process; one thread that reads and writes what there is room for, and never waits in it.
#include <sys/eventfd.h>

#include <array>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "02_pipe_queue/channel.hpp"
#include "04_manager/remote_error.hpp"
#include "common/pickle/task.hpp"
#include "common/pidfd.hpp"

// What its users see, and what they give; leave that as it is.

/// A worker has ended, and with it the whole executor.
struct BrokenPool : std::runtime_error {
  using runtime_error::runtime_error;
};

struct Executor {
  virtual ~Executor() = default;  ///< shuts it down, if nobody has
  /// A task: one call of work(number, text), in a worker. Any thread may submit, and waits for nobody. Throws
  /// BrokenPool once a worker has ended, and std::logic_error once it is shut down.
  virtual std::shared_future<std::string> submit(int number, std::string text) = 0;
  /// Takes no more tasks. Returns when all that were submitted are done and the workers are gone.
  virtual void shutdown() = 0;
};

/// What a task does. It may take long, and throw anything, and end its process.
std::string work(int number, const std::string& text);

class TwoWorkers : public Executor {
 public:
  TwoWorkers() {
    for (Worker& worker : workers_) start(worker);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~TwoWorkers() override { shutdown(); }

  std::shared_future<std::string> submit(int number, std::string text) override {
    std::unique_lock lock{mutex_};
    if (is_broken_) throw BrokenPool{"broken"};
    if (is_shut_down_) throw std::logic_error{"shut down"};
    waiting_.push_back({number, std::move(text), {}});
    auto future = waiting_.back().result.get_future().share();
    lock.unlock();
    ring();
    return future;
  }

  void shutdown() override {
    std::unique_lock lock{mutex_};
    is_shut_down_ = true;
    lock.unlock();
    ring();
    if (thread_.joinable()) thread_.join();
  }

 private:
  using Answer = std::pair<std::string, std::optional<mp::Remote>>;
  struct Submitted {
    int number;
    std::string text;
    std::promise<std::string> result;
  };
  /// Both ways: how many bytes, and the bytes.
  struct Head {
    int number;
    std::size_t size;
  };
  struct Worker {
    pid_t pid = 0;
    mp::Descriptor link, over;
    std::optional<Submitted> has;
    std::string out, in;
  };

  void start(Worker& worker) {
    auto [ours, theirs] = mp::socket_pair(SOCK_STREAM);
    const pid_t pid = mp::check(::fork(), "fork");
    if (pid == 0) {
      ours.reset();
      for (Worker& other : workers_) other.link.reset();
      do_tasks(theirs.number());
      ::_exit(0);
    }
    worker.pid = pid;
    worker.link = std::move(ours);
    worker.over = mp::Descriptor{mp::check(::pidfd_open(pid, 0), "pidfd_open")};
  }

  static std::string message(int number, std::string_view bytes) {
    const Head head{number, bytes.size()};
    return std::string(reinterpret_cast<const char*>(&head), sizeof head).append(bytes);
  }

  // ---- in a worker: it may wait ----

  static void do_tasks(int link) {
    for (Head head; read_all(link, reinterpret_cast<char*>(&head), sizeof head);) {
      std::string text(head.size, '\0');
      if (!read_all(link, text.data(), text.size())) return;
      const auto bytes = mp::pickled(answer(head.number, text)).bytes;
      std::string all = message(0, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      for (std::size_t sent = 0; sent < all.size();) {
        const auto n = ::send(link, all.data() + sent, std::min<std::size_t>(all.size() - sent, 50000), MSG_NOSIGNAL);
        if (n < 0) return;
        sent += std::size_t(n);
      }
    }
  }
  static bool read_all(int from, char* into, std::size_t size) {
    while (size > 0) {
      const auto n = ::read(from, into, size);
      if (n <= 0) return false;
      into += n, size -= std::size_t(n);
    }
    return true;
  }
  static Answer answer(int number, const std::string& text) try { return {work(number, text), {}}; } catch (...) {
    return {"", mp::Remote::current()};
  }

  // ---- in the thread: it may not ----

  void serve() {
    try {
      while (hand_out()) wait_for_news();
    } catch (...) {
      give_up();
    }
    for (Worker& worker : workers_) {
      worker.link.reset();
      mp::retry([&] { return ::waitpid(worker.pid, nullptr, 0); });
      worker.over.reset();
    }
  }

  bool hand_out() {
    const std::scoped_lock lock{mutex_};
    for (Worker& worker : workers_) {
      if (worker.has || waiting_.empty()) continue;
      worker.has = std::move(waiting_.front());
      waiting_.pop_front();
      worker.out = message(worker.has->number, worker.has->text);
    }
    return workers_[0].has || workers_[1].has || !is_shut_down_;
  }

  void wait_for_news() {
    std::array<pollfd, 5> watched{{{bell_.number(), POLLIN, 0}}};
    for (const std::size_t i : {0U, 1U}) {
      const bool sends = !workers_[i].out.empty();
      watched[1 + i] = {workers_[i].link.number(), static_cast<short>(sends ? POLLIN | POLLOUT : POLLIN), 0};
      watched[3 + i] = {workers_[i].over.number(), POLLIN, 0};
    }
    mp::wait_for_any(watched, mp::Deadline{});
    if (eventfd_t ignored; watched[0].revents) ::eventfd_read(bell_.number(), &ignored);
    for (const std::size_t i : {0U, 1U}) {
      if (watched[1 + i].revents & ~POLLOUT) hear(workers_[i]);
      if (watched[1 + i].revents & POLLOUT) tell(workers_[i]);
    }
    if (watched[3].revents || watched[4].revents) throw BrokenPool{"a worker has ended"};
  }

  static void tell(Worker& worker) {
    const auto n = ::send(worker.link.number(), worker.out.data(), std::min<std::size_t>(worker.out.size(), 50000),
                          MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) throw BrokenPool{"a worker does not read"};
    if (n > 0) worker.out.erase(0, std::size_t(n));
  }

  static void hear(Worker& worker) {
    static std::array<char, 100000> landing;
    for (;;) {
      const auto n = ::recv(worker.link.number(), landing.data(), landing.size(), MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN) break;
      if (n <= 0) throw BrokenPool{"a worker does not write"};
      worker.in.append(landing.data(), std::size_t(n));
    }
    Head head;
    if (worker.in.size() < sizeof head) return;
    worker.in.copy(reinterpret_cast<char*>(&head), sizeof head);
    if (worker.in.size() < sizeof head + head.size) return;
    const auto bytes = std::as_bytes(std::span{worker.in}).subspan(sizeof head);
    const auto [text, error] = mp::unpickled<Answer>(mp::Message{{bytes.begin(), bytes.end()}, {}});
    worker.in.clear();
    auto promise = std::move(std::exchange(worker.has, std::nullopt)->result);
    try {
      if (error) error->rethrow();
      promise.set_value(text);
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  }

  void give_up() {
    for (const Worker& worker : workers_) ::kill(worker.pid, SIGKILL);
    std::unique_lock lock{mutex_};
    is_broken_ = true;
    auto undone = std::exchange(waiting_, {});
    lock.unlock();
    for (Worker& worker : workers_)
      if (worker.has) undone.push_back(*std::exchange(worker.has, std::nullopt));
    for (Submitted& task : undone) task.result.set_exception(std::make_exception_ptr(BrokenPool{"a worker has ended"}));
  }

  void ring() const { ::eventfd_write(bell_.number(), 1); }

  std::mutex mutex_;  // of the next three
  std::deque<Submitted> waiting_;
  bool is_shut_down_ = false, is_broken_ = false;

  const mp::Descriptor bell_{mp::check(::eventfd(0, EFD_CLOEXEC), "eventfd")};
  std::array<Worker, 2> workers_;
  std::thread thread_;
};

std::unique_ptr<Executor> make_executor() { return std::make_unique<TwoWorkers>(); }
