// Wrong: empties the queue first, and says that it is broken when all futures have failed.
// loses: broken
// says: others had begun to fail
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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
    workers_.reserve(2);
    for (int i = 0; i < 2; ++i) {
      auto [ours, theirs] = mp::pipe();
      mp::Process process{[this, mine = &ours](mp::Connection link) {
                            mine->close();  // copies of our ends
                            for (Worker& other : workers_) other.link.close();
                            do_tasks(std::move(link));
                          },
                          std::move(theirs)};
      process.start();
      workers_.push_back(Worker{std::move(process), std::move(ours)});
    }
    bell_.reset(mp::check(::eventfd(0, EFD_CLOEXEC), "eventfd"));
    thread_ = std::thread{[this] { serve(); }};
  }
  ~TwoWorkers() override { shutdown(); }

  std::shared_future<std::string> submit(int number, std::string text) override {
    Job job{number, std::move(text), {}};
    auto future = job.result.get_future().share();
    const std::scoped_lock lock{mutex_};
    if (is_broken_) throw BrokenPool{"a worker has ended"};
    if (is_shut_down_) throw std::logic_error{"this executor is shut down: it takes no more tasks"};
    waiting_.push_back(std::move(job));
    ring();
    return future;
  }

  void shutdown() override {
    const std::scoped_lock only_one{ending_};
    if (!thread_.joinable()) return;
    {
      const std::scoped_lock lock{mutex_};
      is_shut_down_ = true;
      ring();
    }
    thread_.join();
    workers_.clear();
    const std::scoped_lock lock{mutex_};
    bell_.reset();
  }

 private:
  using Task = std::pair<int, std::string>;
  using Answer = std::pair<bool, std::string>;  // did it return, and what; or what the error said
  struct Job {
    int number;
    std::string text;
    std::promise<std::string> result;
  };
  struct Worker {
    mp::Process process;
    mp::Connection link;
    std::optional<Job> has = {};
    std::vector<std::byte> to_send = {};  // of its task, with its length before it
    std::size_t sent = 0;
  };
  static constexpr std::size_t piece = 65536;  // a packet; the worker's Connection puts them together

  /// All that a worker does, until it is alone.
  static void do_tasks(mp::Connection link) {
    try {
      for (;;) {
        const auto task = link.recv<Task>();
        link.send(answer_to(task));
      }
    } catch (const mp::EndOfFile&) {
    } catch (const mp::BrokenPipe&) {}
  }
  static Answer answer_to(const Task& task) {
    try {
      return {true, work(task.first, task.second)};
    } catch (const std::exception& error) {
      return {false, error.what()};
    } catch (...) {
      return {false, "the task threw what is no std::exception"};
    }
  }

  /// With the mutex.
  void ring() { ::eventfd_write(bell_.number(), 1); }

  // ---- the thread ----

  void serve() {
    try {
      while (hand_out()) {
        for (Worker& worker : workers_) send_some(worker);
        wait_for_news();
      }
      for (Worker& worker : workers_) send_home(worker);
      for (Worker& worker : workers_) worker.process.join();
    } catch (...) {  // a worker has ended
      give_up();
    }
  }

  /// To whoever is free. False when all is done, and no more will come.
  bool hand_out() {
    bool is_busy = false;
    for (Worker& worker : workers_) {
      if (!worker.has) {
        const std::scoped_lock lock{mutex_};
        if (!waiting_.empty()) {
          worker.has = std::move(waiting_.front());
          waiting_.pop_front();
        }
      }
      if (worker.has && worker.to_send.empty() && worker.sent == 0) {
        const auto bytes = mp::pickled(Task{worker.has->number, std::move(worker.has->text)}).bytes;
        const std::uint64_t length = bytes.size();
        const auto head = std::as_bytes(std::span{&length, 1});
        worker.to_send.assign(head.begin(), head.end());
        worker.to_send.insert(worker.to_send.end(), bytes.begin(), bytes.end());
      }
      if (worker.has) is_busy = true;
    }
    const std::scoped_lock lock{mutex_};
    return is_busy || !waiting_.empty() || !is_shut_down_;
  }

  static bool has_more_to_send(const Worker& worker) { return worker.sent < worker.to_send.size(); }

  /// As much as there is room for.
  static void send_some(Worker& worker) {
    while (has_more_to_send(worker)) {
      const std::size_t n = std::min(piece, worker.to_send.size() - worker.sent);
      const ssize_t done = mp::retry([&] {
        return ::send(worker.link.fileno(), worker.to_send.data() + worker.sent, n, MSG_DONTWAIT | MSG_NOSIGNAL);
      });
      if (done < 0 && errno == EAGAIN) return;
      worker.sent += static_cast<std::size_t>(mp::check(done, "send"));
    }
  }

  /// Throws if a worker has ended.
  void wait_for_news() {
    std::vector<pollfd> watched{{bell_.number(), POLLIN, 0}};
    for (const Worker& worker : workers_) {
      const auto events = static_cast<short>(has_more_to_send(worker) ? POLLIN | POLLOUT : POLLIN);
      watched.push_back({worker.link.fileno(), events, 0});
      watched.push_back({worker.process.sentinel(), POLLIN, 0});
    }
    mp::wait_for_any(watched, mp::Deadline{});
    // The bell first, and then the queue: who rings in between will be heard.
    if (eventfd_t ignored; watched[0].revents != 0) ::eventfd_read(bell_.number(), &ignored);
    std::exception_ptr end;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      try {
        if ((watched[1 + 2 * i].revents & ~POLLOUT) != 0 || watched[2 + 2 * i].revents != 0) hear(workers_[i]);
        if (watched[2 + 2 * i].revents != 0) throw BrokenPool{"a worker has ended"};
      } catch (...) {
        end = std::current_exception();  // the other may have brought a result
      }
    }
    if (end) std::rethrow_exception(end);
  }

  /// What is there of its answer. Throws at the end of its link.
  static void hear(Worker& worker) {
    auto answer = worker.link.try_recv_for<Answer>(mp::Seconds{0});
    if (!answer || !worker.has) return;
    std::promise<std::string> result = std::move(worker.has->result);
    worker.has.reset();
    worker.to_send.clear();
    worker.sent = 0;
    if (answer->first)
      result.set_value(std::move(answer->second));
    else
      result.set_exception(std::make_exception_ptr(std::runtime_error{answer->second}));
  }

  /// Whoever has a copy of our end.
  static void send_home(Worker& worker) {
    ::shutdown(worker.link.fileno(), SHUT_RDWR);
    worker.link.close();
  }

  void give_up() {
    std::deque<Job> undone;
    {
      const std::scoped_lock lock{mutex_};
      undone.swap(waiting_);
    }
    for (Worker& worker : workers_) {
      worker.process.kill();
      if (worker.has) undone.push_back(std::move(*worker.has));
      worker.has.reset();
    }
    for (Job& job : undone) job.result.set_exception(std::make_exception_ptr(BrokenPool{"a worker has ended"}));
    for (Worker& worker : workers_) {
      worker.link.close();
      worker.process.join();
    }
    const std::scoped_lock lock{mutex_};
    is_broken_ = true;
  }

  std::vector<Worker> workers_;  // the thread's alone, while it runs
  std::mutex mutex_;             // for the next four
  std::deque<Job> waiting_;
  bool is_shut_down_ = false, is_broken_ = false;
  mp::Descriptor bell_;
  std::mutex ending_;
  std::thread thread_;
};

std::unique_ptr<Executor> make_executor() { return std::make_unique<TwoWorkers>(); }
