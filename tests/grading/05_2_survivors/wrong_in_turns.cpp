// Wrong: deals the calls out in turns, whoever is free.
// loses: hands_out
// says: they stood behind it, though a worker was free
#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

using Call = std::function<std::string()>;

struct Returned {
  std::string text;
};
struct Threw {
  std::string message;
};
struct Died {
  pid_t pid = 0;
  int exitcode = 0;
};
using Answer = std::variant<Returned, Threw, Died>;

namespace {

using Said = std::pair<bool, std::string>;

Said make(const Call& call) try { return {true, call()}; } catch (const std::exception& error) {
  return {false, error.what()};
} catch (...) {
  return {false, "no std::exception"};
}

struct Worker {
  mp::Process process;
  mp::Connection link;
  std::optional<std::size_t> has = {};
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
    for (std::size_t w = 0; w < workers_.size(); ++w)
      if (Worker& worker = workers_[w]; !worker.has && next_of(w) < calls_.size()) try {
          worker.link.send(next_of(w));
          worker.has = next_of(w);
          ++dealt_[w];
        } catch (const mp::BrokenPipe&) {  // it ended with nothing to do, and its sentinel will say so
        }
  }

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

  std::size_t next_of(std::size_t w) { return w + dealt_[w] * workers_.size(); }

  const std::vector<Call>& calls_;
  std::map<std::size_t, std::size_t> dealt_;
  std::vector<Answer> answers_;
  std::vector<Worker> workers_;
  std::size_t missing_;
};

}  // namespace

std::vector<Answer> ordered_map(const std::vector<Call>& calls, int workers) { return Crew{calls, workers}.serve(); }
