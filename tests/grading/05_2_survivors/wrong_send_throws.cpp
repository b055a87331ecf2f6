// Wrong: lets through what sending to a worker that has just ended throws.
// loses: dies
// says: ordered_map itself threw
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

// What its users see; leave that as it is.

/// Something to be made in a worker process.
using Call = std::function<std::string()>;

/// The call returned this.
struct Returned {
  std::string text;
};
/// The call threw: the message of a std::exception, or any words of yours for what is none.
struct Threw {
  std::string message;
};
/// The worker that had the call ended before it answered: which one that was, and its exit code, or minus the signal
/// that ended it.
struct Died {
  pid_t pid = 0;
  int exitcode = 0;
};
using Answer = std::variant<Returned, Threw, Died>;

namespace {

/// What a worker sends: did it return, and its text or the message.
using Said = std::pair<bool, std::string>;

Said make(const Call& call) try { return {true, call()}; } catch (const std::exception& error) {
  return {false, error.what()};
} catch (...) {
  return {false, "no std::exception"};
}

struct Worker {
  mp::Process process;
  mp::Connection link;
  std::optional<std::size_t> has = {};  ///< the number of its call
};

class Crew {
 public:
  Crew(const std::vector<Call>& calls, int workers) : calls_{calls}, answers_(calls.size()), missing_{calls.size()} {
    for (int w = 0; w < workers; ++w) workers_.push_back(hire());
  }

  std::vector<Answer> serve() {
    for (; missing_ > 0; wait_for_news()) hand_out();
    for (Worker& worker : workers_) worker.link.close();  // all of them, before the first is waited for
    workers_.clear();
    return std::move(answers_);
  }

 private:
  Worker hire() {
    auto [ours, theirs] = mp::pipe();
    mp::Process process{[this, &here = ours, link = std::move(theirs)]() mutable {
      here.close();  // copies of the parent's ends: while somebody has one, no worker sees that the parent's is closed
      for (Worker& other : workers_) other.link.close();
      work(link);
    }};
    process.start();
    return {std::move(process), std::move(ours)};
  }

  void work(mp::Connection& link) const try {
    for (;;) link.send(make(calls_[link.recv<std::size_t>()]));
  } catch (const mp::EndOfFile&) {
  } catch (const mp::BrokenPipe&) {}

  void hand_out() {
    for (Worker& worker : workers_)
      if (!worker.has && next_ < calls_.size()) {
        worker.link.send(next_);
        worker.has = next_++;
      }
  }

  /// The end of a link is no news of a death: whatever the worker has started may have a copy of it.
  void wait_for_news() {
    std::vector<mp::Waitable> watched;
    for (const Worker& worker : workers_) watched.insert(watched.end(), {worker.link, worker.process});
    (void)mp::wait_ready(watched);
    for (Worker& worker : workers_) {
      const bool is_over = !worker.process.is_alive();  // asked first: what it said before can be heard then
      hear(worker);
      if (is_over) replace(worker);
    }
  }

  void hear(Worker& worker) try {
    if (const auto said = worker.link.try_recv_for<Said>(mp::Seconds{0}))
      settle(worker, said->first ? Answer{Returned{said->second}} : Answer{Threw{said->second}});
  } catch (const mp::EndOfFile&) {
  } catch (const mp::BrokenPipe&) {}

  void replace(Worker& worker) {
    if (worker.has) settle(worker, Died{worker.process.pid(), worker.process.exitcode().value()});
    worker = hire();
  }

  void settle(Worker& worker, Answer answer) {
    answers_[*std::exchange(worker.has, std::nullopt)] = std::move(answer);
    --missing_;
  }

  const std::vector<Call>& calls_;
  std::vector<Answer> answers_;
  std::vector<Worker> workers_;
  std::size_t next_ = 0, missing_;
};

}  // namespace

/// Makes each call once, in worker processes, of which there are never more than `workers` (1 or more) at a time.
/// Returns the answers in the order of the calls, when all are there and no worker is left. A worker makes one call
/// after the other, and has one at a time: the next goes to whoever is free. A call that throws costs no worker. A
/// worker that ends, however it does, costs the call that it has, and no other; a new one takes its place.
std::vector<Answer> ordered_map(const std::vector<Call>& calls, int workers) { return Crew{calls, workers}.serve(); }
