// The thread that serves a pool. Its turn: hand out what waits, let whoever has nothing take what another has not
// begun, sleep until there is news, hear the answers, and bury the dead.
#include "05_pool/crew.hpp"

#include "common/background.hpp"

namespace mp {
namespace {

// A small task is done before news of it could reach us: so a worker has some more in its channel. They are taken back
// if they come to wait there, so that neither a long task nor one that waits for another holds them up. All of it fits
// into the channel: to hand out never blocks.
constexpr std::size_t most_bytes_with_a_worker = 64 * 1024, most_failed_starts = 20;

thread_local const Crew* served_here = nullptr;

/// Makes the call, and sends no error and its result, or an error; that of a codec as well, and of the kernel.
void answer(Message task, const Channel& answers, pid_t me) try {
  Decoder in{std::move(task)};
  Encoder out;
  encode(out, std::optional<Remote>{});
  find_task(decode<std::string>(in))(in, out);
  if (::getpid() != me) ::_exit(1);  // a copy that the task has forked, and forgotten
  answers.send(out.take());
} catch (...) {
  answers.send(pickled(std::optional{Remote::current()}));
}

/// All that a worker does, after its first call so many times at most. An empty message sends it home, as does the end
/// of its parent.
void work(Descriptor tasks, Descriptor answers, int most) try {
  ::signal(SIGINT, SIG_IGN), ::signal(SIGTERM, SIG_DFL);  // Ctrl-C is the parent's to decide on, and it sends SIGTERM
  const sigset_t none{};                                  // whoever started us blocked all
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const Channel in{std::move(tasks), {}};
  const Channel& out = *new Channel{{}, std::move(answers)};  // ends with the process, after what it does at exit
  for (int n = 0, me = ::getpid(); most == 0 || n <= most; ++n) {
    auto task = *in.receive(Deadline{});
    if (task.bytes.empty()) return;
    answer(std::move(task), out, me);
  }
} catch (const std::runtime_error&) {}  // the parent is gone

std::exception_ptr as_exception(const Remote& error) try { error.rethrow(); } catch (...) {
  return std::current_exception();
}

std::string how_it_ended(const Process& process) try { return process.status().text(); } catch (const StatusLost&) {
  return "nobody knows how";  // somebody else has waited for it
}

}  // namespace

Crew::Crew(int workers, PoolOptions options)
    : size{at_least_one("workers", workers)},
      options_{std::move(options)},
      bell_{check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")} {
  at_least_one("max_tasks_per_child", options_.max_tasks_per_child.value_or(1));
  at_least_one("at_once", options_.at_once);
  const Quiet quiet;  // a signal before they are ready would find the program's handlers in them
  // While no thread of ours runs:
  for (long i = 0; options_.start == StartBy::fork && i < size; ++i) workers_.push_back(start_worker(start::fork));
  thread_ = background_thread([this] { serve(); });
}

/// The first that it has is the initializer.
Crew::Worker Crew::start_worker(auto starter) {
  Channel tasks = Channel::open(), answers = Channel::open();
  Worker worker{Process{starter, ProcessOptions{.daemon = true}, fn<work>, tasks.reader.duplicate(),
                        std::move(answers.writer), options_.max_tasks_per_child.value_or(0)},
                std::move(tasks), std::move(answers)};
  give(worker, Job{{options_.initializer.call, {}}, [](const Outcome&) {}});
  if (worker.has.empty()) throw std::runtime_error{"there is no memory to send them their initializer"};
  worker.process.start();
  return worker;
}

// ---- called by the pool's users, in any thread ----

void Crew::add(std::span<Job> jobs) {
  if (::getpid() != owner_) throw std::logic_error{"this pool belongs to another process: make one here"};
  const std::scoped_lock lock{mutex_};
  if (ended_by_) std::rethrow_exception(ended_by_);
  if (closed_) throw std::logic_error{"the pool is closed: it takes no more tasks"};
  for (Job& job : jobs) {
    job.number = numbers_++;
    const auto bytes = std::as_bytes(std::span{&job.number, 1});
    job.call.bytes.insert(job.call.bytes.end(), bytes.begin(), bytes.end());
    waiting_.push_back(std::move(job));
  }
  ring();  // matches the read in wait_for_news
}

void Crew::close(bool drop_waiting) {
  std::deque<Job> dropped;  // goes after the lock: whoever is told may call us
  const std::scoped_lock lock{mutex_};
  closed_ = true;
  if (drop_waiting) dropped.swap(waiting_);
  ring();
}

void Crew::end_by(const auto& error) {
  const std::scoped_lock lock{mutex_};
  if (!ended_by_) ended_by_ = std::make_exception_ptr(error);
}

void Crew::terminate() {
  if (::getpid() != owner_) return void(new std::thread{std::move(thread_)});  // a forked copy has no thread to join
  end_by(PoolTerminated{"the pool was terminated"});
  ring();
  if (served_here != this) join();  // a callback may terminate its pool, but not wait for it
}

void Crew::join() {
  if (served_here == this) throw std::logic_error{"a callback cannot join its pool: it runs in the pool's own thread"};
  if (const std::scoped_lock lock{mutex_}; !closed_ && !ended_by_)
    throw std::logic_error{"the pool is still running: close it or terminate it before you join it"};
  const std::scoped_lock lock{joining_};
  if (thread_.joinable()) thread_.join();
}

// ---- the thread ----

void Crew::serve() {
  try {
    for (served_here = this; recruit(); wait_for_news()) balance(1), hand_out(), balance(SIZE_MAX);
  } catch (const std::exception& error) {
    end_by(BrokenPool{fmt::format("the pool cannot go on: {}", error.what())});
  }
  give_up();
}

/// Starts who is missing, if there is something to do, or sends all home; false once nobody is left, or it has ended.
bool Crew::recruit() {
  std::unique_lock lock{mutex_};
  auto undone = std::ssize(waiting_);
  for (const Worker& worker : workers_) undone += worker.is_ready ? std::ssize(worker.has) : 0;
  const bool go_home = closed_ && undone == 0;
  if (ended_by_ || (go_home && workers_.empty())) return false;
  lock.unlock();
  for (Worker& worker : workers_)
    if (go_home && !std::exchange(worker.was_sent_home, true)) worker.tasks.send({});
  while (std::ssize(workers_) < std::min(size, undone))
    workers_.push_back(start_worker(start::spawn));  // a fork would copy whatever other threads are at
  return true;
}

/// To whoever is ready and has least, as long as that has room.
void Crew::hand_out() {
  const auto burden = [this](const Worker& worker) {
    const bool has_room = worker.bytes + waiting_.front().call.bytes.size() <= most_bytes_with_a_worker;
    return worker.is_ready && (has_room || worker.has.empty()) ? std::ssize(worker.has) : options_.at_once;
  };
  for (std::unique_lock lock{mutex_}; !waiting_.empty() && !workers_.empty(); lock.lock()) {
    Worker& worker = *std::ranges::min_element(workers_, {}, burden);
    if (burden(worker) == options_.at_once) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    job.may_begin() ? give(worker, std::move(job)) : ring();  // perhaps it was the last that recruit waits for
  }
}

void Crew::give(Worker& worker, Job job) try {
  worker.tasks.send(job.call);
  worker.bytes += job.call.bytes.size();
  worker.has.push_back(std::move(job));
} catch (...) {  // no memory for the file that it would go in
  job.done(std::current_exception());
}

Job Crew::take(Worker& worker, std::deque<Job>::iterator which) {
  Job job = std::move(*which);
  worker.has.erase(which);
  worker.bytes -= job.call.bytes.size();
  return job;
}

/// Whoever has nothing gets half of what the busiest has, or one task, so that the oldest is not the last.
void Crew::balance(std::size_t most) {
  for (Worker& idle : workers_) {
    if (!idle.is_ready || !idle.has.empty()) continue;
    Worker& busiest = *std::ranges::max_element(workers_, {}, [](auto& worker) { return worker.has.size(); });
    if (busiest.has.size() < 2) return;
    for (Job& job : take_back(busiest, std::min(most, busiest.has.size() / 2))) give(idle, std::move(job));
  }
}

/// We read its channel as well, and the kernel gives a message to one of us: what we get, it has not begun and never
/// will.
std::deque<Job> Crew::take_back(Worker& worker, std::size_t most) {
  std::deque<Job> jobs;
  for (std::optional<Message> unread; jobs.size() < most && (unread = worker.tasks.receive(Deadline{Seconds{0}}));) {
    std::uint64_t number;
    std::memcpy(&number, &*unread->bytes.end() - sizeof number, sizeof number);
    jobs.push_back(take(worker, std::ranges::find(worker.has, number, &Job::number)));
  }
  return jobs;
}

void Crew::wait_for_news() {
  std::vector<pollfd> watched{{bell_.number(), POLLIN, 0}};
  for (const Worker& worker : workers_)
    for (const int fd : {worker.answers.reader.number(), worker.process.sentinel()}) watched.push_back({fd, POLLIN, 0});
  wait_for_any(watched, Deadline{});
  if (eventfd_t ignored; watched[0].revents != 0) ::eventfd_read(bell_.number(), &ignored);
  for (std::size_t i = workers_.size(); i-- > 0;) {  // from the last: bury takes one out
    if (watched[2 * i + 1].revents != 0) hear(workers_[i]);
    if (watched[2 * i + 2].revents != 0) bury(i);
  }
}

/// It answers in the order in which it was given what it has.
void Crew::hear(Worker& worker) try {
  while (auto message = worker.answers.receive(Deadline{Seconds{0}})) {
    Decoder answer{std::move(*message)};
    const auto error = decode<std::optional<Remote>>(answer);
    const Job job = take(worker, worker.has.begin());
    failed_starts_ = 0, ++worker.answered;
    if (!std::exchange(worker.is_ready, true) && error)
      end_by(BrokenPool{"the workers' initializer threw " + error->type() + ": " + error->text});
    error ? job.done(as_exception(*error)) : job.done(&answer);
  }
} catch (const EndOfFile&) {  // it is dead, or has closed what it should not, and can say no more
  worker.process.kill();
} catch (const std::exception&) {  // an answer came, and there is no room for it
  take(worker, worker.has.begin()).done(std::current_exception());
}

/// After its death: what it has said is heard, what it had not begun is for others, and what it had begun is lost.
void Crew::bury(std::size_t which) {
  Worker worker = std::move(workers_[which]);
  workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(which));
  hear(worker);
  const auto how = fmt::format("worker {} ended: {}", worker.process.pid(), how_it_ended(worker.process));
  if (!worker.is_ready) worker.has.clear(), ++failed_starts_;
  const bool has_retired = worker.answered > options_.max_tasks_per_child.value_or(INT_MAX);  // the initializer, too
  if ((!options_.replace && !has_retired && !worker.was_sent_home) || failed_starts_ == most_failed_starts)
    end_by(BrokenPool{how + (worker.is_ready ? "" : ", before it was ready")});
  auto again = take_back(worker, worker.has.size());
  for (const std::scoped_lock lock{mutex_}; !again.empty(); again.pop_back())
    waiting_.push_front(std::move(again.back()));
  for (const Job& lost : worker.has) lost.done(std::make_exception_ptr(WorkerDied{how}));  // one at most
}

/// Ends the workers that are left, all at the same time, and tells who still waits.
void Crew::give_up() {
  std::deque<Job> undone;
  for (Worker& worker : workers_) {
    worker.process.terminate();
    std::ranges::move(worker.has, std::back_inserter(undone));
  }
  const Deadline grace{Seconds{1}};
  for (Worker& worker : workers_)
    if (!worker.process.try_join_for(grace.remaining())) worker.process.kill();
  workers_.clear();
  std::unique_lock lock{mutex_};
  std::ranges::move(std::exchange(waiting_, {}), std::back_inserter(undone));
  lock.unlock();
  for (const Job& job : undone) job.done(ended_by_);
}

}  // namespace mp
