// Right: a thread for each worker, which may wait in send and recv, and one that cuts both links when a worker ends.
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

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
    for (Worker& worker : workers_) worker.start(workers_);
    for (Worker& worker : workers_) worker.thread = std::thread{[&] { serve(worker); }};
    watcher_ = std::thread{[this] { watch(); }};
  }
  ~TwoWorkers() override { shutdown(); }

  std::shared_future<std::string> submit(int number, std::string text) override {
    const std::scoped_lock lock{mutex_};
    if (!why_.empty()) throw BrokenPool{why_};
    if (is_shut_down_) throw std::logic_error{"shut down"};
    waiting_.push_back({number, std::move(text), {}});
    auto future = waiting_.back().result.get_future().share();
    count(1);
    return future;
  }

  void shutdown() override {
    {
      const std::scoped_lock lock{mutex_};
      if (!std::exchange(is_shut_down_, true)) count(2);  // an end for each
    }
    for (Worker& worker : workers_)
      if (worker.thread.joinable()) worker.thread.join();
    ::eventfd_write(over_.number(), 1);
    if (watcher_.joinable()) watcher_.join();
    for (Worker& worker : workers_) {
      worker.link.reset();
      worker.process->join();
    }
  }

 private:
  struct Submitted {
    int number;
    std::string text;
    std::promise<std::string> result;
  };
  struct Worker {
    std::optional<mp::Process> process;
    std::optional<mp::Connection> link;
    std::thread thread;

    void start(std::array<Worker, 2>& all) {
      auto [ours, theirs] = mp::pipe();
      link = std::move(ours);
      process.emplace(mp::ProcessOptions{.daemon = true}, [&all, its = std::move(theirs)]() mutable {
        for (Worker& each : all) each.link.reset();
        do_tasks(its);
      });
      process->start();
    }
  };
  using Result = std::variant<std::string, std::optional<std::string>>;

  static void do_tasks(mp::Connection& link) {
    try {
      for (;;) {
        const auto number = link.recv<int>();
        const auto text = link.recv<std::string>();
        link.send(result(number, text));
      }
    } catch (const std::runtime_error&) {}
  }
  static Result result(int number, const std::string& text) try {
    return work(number, text);
  } catch (const std::exception& error) {
    return std::optional<std::string>{error.what()};
  } catch (...) {
    return std::optional<std::string>{};
  }

  void serve(Worker& worker) {
    std::optional<Submitted> has;
    try {
      for (; (has = wait_for_task(worker)); has.reset()) do_task(worker, *has);
    } catch (const std::exception& error) {
      end_all(error.what());
      if (has) has->result.set_exception(broken());
    }
  }

  /// Whatever a thread waits for then, it waits no more: a link that is shut down has an end, whoever has copies.
  void watch() {
    const auto ready = mp::wait_ready({over_.number(), *workers_[0].process, *workers_[1].process});
    if (ready.front() != mp::Waitable{over_.number()}) end_all("a worker has ended");
  }

  /// Nothing at the end.
  std::optional<Submitted> wait_for_task(const Worker& worker) {
    const auto ready = mp::wait_ready({semaphore_.number(), *worker.process});
    if (std::ranges::find(ready, mp::Waitable{*worker.process}) != ready.end()) throw BrokenPool{"a worker has ended"};
    eventfd_t one;
    if (::eventfd_read(semaphore_.number(), &one) < 0) return wait_for_task(worker);  // the other was faster
    const std::scoped_lock lock{mutex_};
    if (!why_.empty()) throw BrokenPool{why_};
    if (waiting_.empty()) return std::nullopt;
    std::optional<Submitted> first{std::move(waiting_.front())};
    waiting_.pop_front();
    return first;
  }

  void do_task(Worker& worker, Submitted& task) {
    worker.link->send(task.number);
    worker.link->send(task.text);
    const auto result = worker.link->recv<Result>();
    if (const auto* text = std::get_if<std::string>(&result)) return task.result.set_value(*text);
    const auto& error = std::get<1>(result);
    task.result.set_exception(std::make_exception_ptr(std::runtime_error{error.value_or("not a std::exception")}));
  }

  /// Then the thread of the other finds that its worker has ended.
  void end_all(const std::string& why) {
    std::unique_lock lock{mutex_};
    if (why_.empty()) why_ = "broken: " + why;
    auto undone = std::exchange(waiting_, {});
    lock.unlock();
    count(2);
    for (const Worker& worker : workers_) {
      worker.process->kill();
      ::shutdown(worker.link->fileno(), SHUT_RDWR);
    }
    for (Submitted& task : undone) task.result.set_exception(broken());
  }
  std::exception_ptr broken() {
    const std::scoped_lock lock{mutex_};
    return std::make_exception_ptr(BrokenPool{why_});
  }
  void count(eventfd_t n) const { ::eventfd_write(semaphore_.number(), n); }

  std::mutex mutex_;  // of the next three
  std::deque<Submitted> waiting_;
  bool is_shut_down_ = false;
  std::string why_;

  const mp::Descriptor semaphore_{mp::check(::eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE | EFD_NONBLOCK), "eventfd")};
  const mp::Descriptor over_{mp::check(::eventfd(0, EFD_CLOEXEC), "eventfd")};
  std::array<Worker, 2> workers_;
  std::thread watcher_;
};

std::unique_ptr<Executor> make_executor() { return std::make_unique<TwoWorkers>(); }
