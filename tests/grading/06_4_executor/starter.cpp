// Exercise 06_4: mend this. An executor of two worker processes.
#include <future>
#include <memory>
#include <optional>
#include <string>
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
    for (int i = 0; i < 2; ++i) {
      auto [ours, theirs] = mp::pipe();
      links_.push_back(std::move(ours));
      workers_.emplace_back(do_tasks, std::move(theirs));
      workers_.back().start();
    }
  }
  ~TwoWorkers() override { shutdown(); }

  std::shared_future<std::string> submit(int number, std::string text) override {
    mp::Connection& link = links_[submitted_++ % 2];
    link.send(std::optional{std::pair{number, text}});
    std::promise<std::string> result;
    result.set_value(link.recv<std::string>());
    return result.get_future().share();
  }

  void shutdown() override {
    for (mp::Connection& link : links_) link.send(std::optional<std::pair<int, std::string>>{});
    for (mp::Process& worker : workers_) worker.join();
    links_.clear();
    workers_.clear();
  }

 private:
  /// All that a worker does. An empty optional sends it home.
  static void do_tasks(mp::Connection link) {
    while (const auto task = link.recv<std::optional<std::pair<int, std::string>>>())
      link.send(work(task->first, task->second));
  }

  std::vector<mp::Connection> links_;
  std::vector<mp::Process> workers_;
  std::size_t submitted_ = 0;
};

std::unique_ptr<Executor> make_executor() { return std::make_unique<TwoWorkers>(); }
