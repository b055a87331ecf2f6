// Right: raw forks and no mp::Process; both workers take from one channel, and nobody knows who has what.
#include <sys/eventfd.h>

#include <array>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "02_pipe_queue/channel.hpp"
#include "04_manager/remote_error.hpp"
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
    for (Worker& worker : workers_) worker = start_worker();
    tasks_.reader.reset();
    thread_ = std::thread{[this] { serve(); }};
  }
  ~TwoWorkers() override { shutdown(); }

  std::shared_future<std::string> submit(int number, std::string text) override {
    std::unique_lock lock{mutex_};
    if (is_broken_) throw BrokenPool{"broken"};
    if (is_shut_down_) throw std::logic_error{"shut down"};
    const auto future = all_[next_].get_future().share();
    waiting_.push_back(mp::pickled(std::tuple{next_++, number, std::move(text)}));
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
  using Answer = std::tuple<int, std::string, std::optional<mp::Remote>>;
  struct Worker {
    pid_t pid = 0;
    mp::Descriptor results, over;
  };

  Worker start_worker() {
    mp::Channel results = mp::Channel::open();
    const pid_t pid = mp::check(::fork(), "fork");
    if (pid == 0) {
      tasks_.writer.reset();
      results.reader.reset();
      for (Worker& other : workers_) other.results.reset();
      do_tasks(tasks_, results);
      ::_exit(0);
    }
    return {pid, std::move(results.reader), mp::Descriptor{mp::check(::pidfd_open(pid, 0), "pidfd_open")}};
  }

  static void do_tasks(const mp::Channel& tasks, const mp::Channel& results) try {
    for (;;) {
      const auto [id, number, text] = mp::unpickled<std::tuple<int, int, std::string>>(*tasks.receive(mp::Deadline{}));
      results.send(mp::pickled(answer(id, number, text)));
    }
  } catch (...) {}

  static Answer answer(int id, int number, const std::string& text) try {
    return {id, work(number, text), {}};
  } catch (...) {
    return {id, "", mp::Remote::current()};
  }

  void serve() {
    try {
      while (hand_out()) wait_for_news();
    } catch (...) {
      give_up();
    }
    tasks_.writer.reset();
    for (Worker& worker : workers_) {
      mp::retry([&] { return ::waitpid(worker.pid, nullptr, 0); });
      worker = {};
    }
  }

  bool hand_out() {
    for (std::unique_lock lock{mutex_}; under_way_ < 2 && !waiting_.empty(); lock.lock(), ++under_way_) {
      const auto task = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      tasks_.send(task);
    }
    const std::scoped_lock lock{mutex_};
    return under_way_ > 0 || !is_shut_down_;
  }

  void wait_for_news() {
    std::array<pollfd, 5> watched{{{bell_.number(), POLLIN, 0}}};
    for (const std::size_t i : {0U, 1U}) {
      watched[1 + i] = {workers_[i].results.number(), POLLIN, 0};
      watched[3 + i] = {workers_[i].over.number(), POLLIN, 0};
    }
    mp::wait_for_any(watched, mp::Deadline{});
    if (eventfd_t ignored; watched[0].revents) ::eventfd_read(bell_.number(), &ignored);
    for (const std::size_t i : {0U, 1U})
      if (watched[1 + i].revents) hear(workers_[i]);
    if (watched[3].revents || watched[4].revents) throw BrokenPool{"a worker has ended"};
  }

  void hear(Worker& worker) {
    mp::Channel results{std::move(worker.results), {}};
    auto message = results.receive(mp::Deadline{});
    worker.results = std::move(results.reader);
    const auto [id, text, error] = mp::unpickled<Answer>(std::move(*message));
    std::unique_lock lock{mutex_};
    auto promise = std::move(all_.extract(id).mapped());
    lock.unlock();
    --under_way_;
    try {
      if (error) error->rethrow();
      promise.set_value(text);
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  }

  void give_up() {
    for (const Worker& worker : workers_) ::kill(worker.pid, SIGKILL);
    const std::scoped_lock lock{mutex_};
    is_broken_ = true;
    for (auto& [id, promise] : all_) promise.set_exception(std::make_exception_ptr(BrokenPool{"a worker has ended"}));
    all_.clear();
  }

  void ring() const { ::eventfd_write(bell_.number(), 1); }

  std::mutex mutex_;  // of the next five
  std::map<int, std::promise<std::string>> all_;
  std::deque<mp::Message> waiting_;
  int next_ = 0;
  bool is_shut_down_ = false, is_broken_ = false;

  const mp::Descriptor bell_{mp::check(::eventfd(0, EFD_CLOEXEC), "eventfd")};
  mp::Channel tasks_ = mp::Channel::open();
  std::array<Worker, 2> workers_;
  int under_way_ = 0;
  std::thread thread_;
};

std::unique_ptr<Executor> make_executor() { return std::make_unique<TwoWorkers>(); }
