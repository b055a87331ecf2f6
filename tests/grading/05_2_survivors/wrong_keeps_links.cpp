// Wrong: workers keep copies of the links of those before them, and so does what their calls have started.
// loses: dies
// says: lives on
#include <sys/types.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
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

/// Did the call return, and what; or the message of what it threw.
using Said = std::pair<bool, std::string>;

Said make(const Call& call) {
  try {
    return {true, call()};
  } catch (const std::exception& error) {
    return {false, error.what()};
  } catch (...) {
    return {false, "it threw what is no std::exception"};
  }
}

/// All that a worker does, until our end of its link is closed.
void work(const std::vector<Call>& calls, mp::Connection link) {
  try {
    for (;;) link.send(make(calls.at(link.recv<std::size_t>())));
  } catch (const mp::EndOfFile&) {
  } catch (const mp::BrokenPipe&) {}
}

struct Worker {
  mp::Process process;
  mp::Connection link;
  std::optional<std::size_t> has = {};  // the number of its call
  bool is_deaf = false;                 // its link has come to its end, though it may live
};

}  // namespace

/// Makes each call once, in worker processes, of which there are never more than `workers` (1 or more) at a time.
/// Returns the answers in the order of the calls, when all are there and no worker is left. A worker makes one call
/// after the other, and has one at a time: the next goes to whoever is free. A call that throws costs no worker. A
/// worker that ends, however it does, costs the call that it has, and no other; a new one takes its place.
std::vector<Answer> ordered_map(const std::vector<Call>& calls, int workers) {
  std::vector<Answer> answers(calls.size());
  std::size_t next = 0;  // the first call that nobody has
  std::vector<Worker> staff;

  const auto hire = [&] {
    auto [ours, theirs] = mp::pipe();
    mp::Process process{[&calls, mine = &ours](mp::Connection link) {
                          mine->close();  // or it would never find that we are gone
                          work(calls, std::move(link));
                        },
                        std::move(theirs)};
    process.start();
    return Worker{std::move(process), std::move(ours)};
  };
  const auto hear = [&](Worker& worker) {
    if (worker.is_deaf) return;
    try {
      while (auto said = worker.link.try_recv_for<Said>(mp::Seconds{0})) {
        if (!worker.has) continue;
        Answer& answer = answers[*worker.has];
        worker.has.reset();
        if (said->first)
          answer = Returned{std::move(said->second)};
        else
          answer = Threw{std::move(said->second)};
      }
    } catch (const std::runtime_error&) {  // EndOfFile, BrokenPipe
      worker.is_deaf = true;
    }
  };
  const auto give_next = [&](Worker& worker) {
    if (worker.has || worker.is_deaf || next == calls.size() || !worker.process.is_alive()) return;
    try {
      worker.link.send(next);
      worker.has = next++;
    } catch (const mp::BrokenPipe&) {  // it is over: we shall be told
      worker.is_deaf = true;
    }
  };

  for (std::size_t i = 0; i < std::min(calls.size(), static_cast<std::size_t>(workers)); ++i) staff.push_back(hire());
  for (;;) {
    for (Worker& worker : staff) give_next(worker);

    std::vector<mp::Waitable> waitables;
    bool is_busy = next < calls.size();
    for (const Worker& worker : staff) {
      if (worker.has) is_busy = true;
      if (worker.process.is_alive()) waitables.emplace_back(worker.process);
      if (!worker.is_deaf && worker.process.is_alive()) waitables.emplace_back(worker.link);
    }
    if (!is_busy) break;
    bool somebody_is_over = false;
    for (const Worker& worker : staff)
      somebody_is_over |= !worker.process.is_alive() && (worker.has || next < calls.size());
    if (!somebody_is_over) mp::wait_ready(waitables);

    for (Worker& worker : staff) {
      const bool is_over = !worker.process.is_alive();  // first: what it has said before that is there then
      hear(worker);
      if (!is_over) continue;
      if (worker.has) answers[*worker.has] = Died{worker.process.pid(), *worker.process.exitcode()};
      worker.has.reset();
      if (next < calls.size()) worker = hire();
    }
  }

  for (Worker& worker : staff) worker.link.close();  // sends them home
  for (Worker& worker : staff) worker.process.join();
  return answers;
}
