// Wrong: submit takes tasks when a worker has ended, and nobody does them.
// loses: broken
// says: submit should throw
#include <sys/eventfd.h>

#include <deque>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

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
    while (workers_.size() < 2) start_worker();
    thread_ = std::thread{[this] { serve(); }};  // after the forks
  }
  ~TwoWorkers() override { shutdown(); }

  std::shared_future<std::string> submit(int number, std::string text) override {
    const std::scoped_lock lock{mutex_};
    if (is_shut_down_) throw std::logic_error{"the executor is shut down"};
    waiting_.push_back({number, std::move(text), {}});
    ring();
    return waiting_.back().result.get_future().share();
  }

  void shutdown() override {
    if (!thread_.joinable()) return;
    {
      const std::scoped_lock lock{mutex_};
      is_shut_down_ = true;
      ring();
    }
    thread_.join();
  }

 private:
  struct Submitted {
    int number;
    std::string text;
    std::promise<std::string> result;
  };
  struct Worker {
    mp::Process process;
    mp::Connection link;  // closed before the process is waited for: that sends it home
    std::optional<Submitted> has = {};
    std::size_t sent = 0;  // of its text
  };
  /// From a worker: is it a result, or what the exception said? Nothing asks for the next piece of a text.
  using Answer = std::optional<std::pair<bool, std::string>>;

  void start_worker() {
    auto [ours, theirs] = mp::pipe();
    mp::Process process{[this, &mine = ours, link = std::move(theirs)]() mutable {
      mine.close();  // a copy, as those of the worker before: only in the parent they mean that it lives
      for (Worker& other : workers_) other.link.close();
      do_tasks(link);
    }};
    process.start();
    workers_.push_back({std::move(process), std::move(ours)});
  }

  // ---- in a worker ----

  static void do_tasks(mp::Connection& link) try {
    for (;;) {
      const auto [number, size] = link.recv<std::pair<int, std::size_t>>();
      link.send(Answer{answer(number, text_of(size, link))});
    }
  } catch (const mp::EndOfFile&) {  // sent home, or the parent is gone
  } catch (const mp::BrokenPipe&) {}

  /// It comes in pieces, each when it is asked for: so the thread sends what there is room for, and never waits.
  static std::string text_of(std::size_t size, mp::Connection& link) {
    std::string text;
    while (text.size() < size) {
      link.send(Answer{});
      text += link.recv<std::string>();
    }
    return text;
  }

  static std::pair<bool, std::string> answer(int number, const std::string& text) try {
    return {true, work(number, text)};
  } catch (const std::exception& error) {
    return {false, error.what()};
  } catch (...) {
    return {false, "the task threw what is no std::exception"};
  }

  // ---- in the thread ----

  void serve() {
    try {
      for (; is_needed(); wait_for_news()) hand_out();
    } catch (const std::exception& error) {  // the end of a link or of a process
      give_up(error.what());
    }
    workers_.clear();
  }

  bool is_needed() {
    const std::scoped_lock lock{mutex_};
    bool has_any = !waiting_.empty();
    for (const Worker& worker : workers_) has_any = has_any || worker.has;
    return has_any || !is_shut_down_;
  }

  /// To whoever has nothing, and so has an empty pipe. No lock is held meanwhile.
  void hand_out() {
    for (Worker& worker : workers_) {
      if (worker.has) continue;
      worker.has = next();
      worker.sent = 0;
      if (worker.has) worker.link.send(std::pair{worker.has->number, worker.has->text.size()});
    }
  }

  std::optional<Submitted> next() {
    const std::scoped_lock lock{mutex_};
    if (waiting_.empty()) return std::nullopt;
    auto first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }

  void wait_for_news() {
    std::vector<mp::Waitable> watched{bell_.number()};
    for (const Worker& worker : workers_) watched.insert(watched.end(), {worker.link, worker.process});
    for (const mp::Waitable ready : mp::wait_ready(watched)) {
      if (eventfd_t ignored; ready == bell_.number()) ::eventfd_read(bell_.number(), &ignored);
      for (Worker& worker : workers_) {
        if (ready == worker.link) take_answer(worker);
        if (ready == worker.process) throw BrokenPool{"a worker has ended: " + worker.process.status().text()};
      }
    }
  }

  void send_piece(Worker& worker) {
    const std::string piece = worker.has->text.substr(worker.sent, 32 << 10);
    worker.link.send(piece);
    worker.sent += piece.size();
  }

  /// What is there of it: whoever would wait for the rest might wait for one that has died.
  void take_answer(Worker& worker) {
    auto answer = worker.link.try_recv_for<Answer>(mp::Seconds{0});
    if (!answer) return;
    if (!*answer) return send_piece(worker);
    auto& [is_result, text] = **answer;
    auto done = std::exchange(worker.has, std::nullopt).value();
    if (is_result)
      done.result.set_value(std::move(text));
    else
      done.result.set_exception(std::make_exception_ptr(std::runtime_error{text}));
  }

  void give_up(const std::string& why) {
    std::unique_lock lock{mutex_};
    auto undone = std::exchange(waiting_, {});
    lock.unlock();
    for (Worker& worker : workers_) {
      worker.process.kill();  // it may be in a task that never ends
      if (worker.has) undone.push_back(*std::exchange(worker.has, std::nullopt));
    }
    for (Submitted& task : undone) task.result.set_exception(std::make_exception_ptr(BrokenPool{why}));
  }

  void ring() const { ::eventfd_write(bell_.number(), 1); }

  std::mutex mutex_;  // of the next two
  std::deque<Submitted> waiting_;
  bool is_shut_down_ = false;

  const mp::Descriptor bell_{mp::check(::eventfd(0, EFD_CLOEXEC), "eventfd")};
  std::list<Worker> workers_;  // the thread's, once it runs
  std::thread thread_;
};

std::unique_ptr<Executor> make_executor() { return std::make_unique<TwoWorkers>(); }
