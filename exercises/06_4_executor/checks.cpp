// The checks of exercise 06_4. The first half lives in the submission's program, the second judges it.
#ifdef IN_SUBMISSION

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include "common/machine.hpp"
#include "exercises/grader/asked.hpp"

// The submission's.
struct BrokenPool : std::runtime_error {
  using runtime_error::runtime_error;
};
struct Executor {
  virtual ~Executor() = default;
  virtual std::shared_future<std::string> submit(int number, std::string text) = 0;
  virtual void shutdown() = 0;
};
std::unique_ptr<Executor> make_executor();

namespace {

using namespace std::chrono_literals;
using grader::argument;
using grader::Asked;
using grader::becomes;
using grader::Counters;
using grader::give_up;
using grader::number;
using Future = std::shared_future<std::string>;
using Strings = std::vector<std::string>;

// ---- what happens before a call of the C library ----

constexpr int most_forks = 50;
const Counters forks{most_forks + 1}, threads_at_fork{1};  // how many and whom; the most threads there were
pid_t watched = 0;                                         // whose forks are counted

std::atomic<bool> is_armed = false;
std::function<void()> before_read = nullptr;  // once, in a thread of the submission's
std::function<void()> before_send = nullptr;  // each time, in a worker
std::function<void()> before_recv = nullptr;  // the same

void receives() {
  if (before_recv && watched != 0 && ::getpid() != watched) before_recv();
}
void reads() {
  receives();
  if (::getpid() == watched && ::gettid() != watched && is_armed.exchange(false)) before_read();
}
void sends() {
  if (before_send && watched != 0 && ::getpid() != watched) before_send();
}

// ---- who calls ----

/// The threads of this process but the first.
Strings other_threads() {
  Strings folders;
  for (const auto& each : std::filesystem::directory_iterator{"/proc/self/task"})
    if (each.path().filename() != std::to_string(::getpid())) folders.push_back(each.path());
  return folders;
}
bool others_rest() {
  return std::ranges::all_of(other_threads(), [](auto& folder) { return grader::state_in(folder) == 'S'; });
}
/// At so many looks one after the other: so something must keep them from going on.
bool others_come_to_rest() {
  int looks = 40;
  return becomes([&] { return (looks = others_rest() ? looks - 1 : 40) <= 0; });
}
/// How often they have been woken.
long times_woken() {
  long sum = 0;
  for (const auto& folder : other_threads()) {
    const auto status = mp::read_text(folder + "/status").value_or("");
    const auto at = status.find("\nvoluntary_ctxt_switches:");
    if (at != std::string::npos) sum += std::stol(status.substr(at + 25));
  }
  return sum;
}

// ---- the tasks of a scenario, seen from all its processes ----

constexpr int most_tasks = 128;  // of which more is known than their results
const Counters made_by{most_tasks}, gates{most_tasks}, begun{1}, done{1}, inside{1};
constexpr int all_gates = most_tasks - 1;

void wait_at(int gate) {
  while (gates[std::size_t(gate)] == 0 && gates[all_gates] == 0) ::usleep(500);
}
void open(int gate) { gates[std::size_t(gate)] = 1; }

/// Waits until two are in here at once.
void meet(int times) {
  ++inside[0];
  if (!grader::reaches(inside[0], 2 * times))
    grader::trouble("two tasks were submitted to two workers, and one waited 2 s in vain for the other to begin");
}

/// Whatever becomes of their results.
void wait_for_done(int wanted, const std::string& otherwise) {
  if (!grader::reaches(done[0], wanted)) give_up(otherwise);
}

using Body = std::function<std::string(int, const std::string&)>;
Body what_it_does = [](int i, const std::string& text) { return text + "/" + std::to_string(i); };

/// Yours, and what the scenario knows of its workers. Made while there is one thread.
class Scene {
 public:
  explicit Scene(Body body = what_it_does) {
    what_it_does = std::move(body);
    watched = ::getpid();
    executor_ = make_executor();
  }
  ~Scene() {
    open(all_gates);
    executor_.reset();
    (void)becomes([] { return mp::thread_count() == 1; });  // one that was joined is counted a little longer
  }

  Executor* operator->() const { return executor_.get(); }
  Future submit(int i, std::string text = "") const try {
    auto future = executor_->submit(i, std::move(text));
    if (!future.valid()) give_up("submit returned a future without a promise behind it: valid() is false");
    return future;
  } catch (const BrokenPool& error) {
    give_up(std::string{"submit threw BrokenPool, and no worker had been ended: "} + error.what());
  } catch (const std::exception& error) {
    give_up(std::string{"submit threw: "} + error.what());
  }
  void end() { executor_.reset(); }
  /// In the order of their birth.
  pid_t worker(std::size_t which) const {
    if (!becomes([] { return forks[0] >= 2; }))
      give_up("two worker processes should be forked; your executor forked " + std::to_string(forks[0]));
    return forks[1 + which];
  }
  /// Two tasks, 0 and 1, that are held at their gates, each in a worker.
  std::vector<Future> hold_both() const {
    std::vector all{submit(0, "a"), submit(1, "b")};
    for (const std::size_t i : {0U, 1U})
      if (!becomes([&] { return made_by[i] != 0; }))
        give_up("two tasks were submitted to two workers, and within 2 s only " + std::to_string(begun[0]) +
                " had begun");
    return all;
  }
  /// The task, of 0 and 1, that this worker has.
  int task_of(std::size_t which) const { return made_by[0] == worker(which) ? 0 : 1; }

 private:
  std::unique_ptr<Executor> executor_;
};

/// What came of it. A task that is in trouble itself is the first to say so.
std::string told(const Future& future, const std::string& otherwise) {
  if (!becomes([&] { return future.wait_for(0s) == std::future_status::ready; }, 1.5 * grader::patience))
    give_up("a future was not done within 3 s: " + otherwise);
  try {
    return future.get();
  } catch (const BrokenPool&) {
    return "BrokenPool";
  } catch (const std::future_error&) {
    return "broken promise";
  } catch (const std::exception& error) {
    return std::string{"threw "} + error.what();
  } catch (...) {
    return "threw what is no std::exception";
  }
}

/// What came of submit: of the task that it has taken, or `threw BrokenPool`.
std::string refused(const Scene& scene, const std::string& otherwise) {
  try {
    return told(scene->submit(99, ""), otherwise);
  } catch (const BrokenPool&) {
    return "threw BrokenPool";
  } catch (const std::exception& error) {
    return std::string{"threw another error, "} + error.what();
  }
}

}  // namespace

extern "C" pid_t fork() noexcept {
  static const auto call = grader::original<pid_t()>("fork");
  const bool counts = ::getpid() == watched;
  const int threads = counts ? mp::thread_count() : 0;
  const pid_t pid = call();
  if (counts && pid > 0) {
    if (threads > threads_at_fork[0]) threads_at_fork[0] = threads;
    if (const int n = forks[0]; n < most_forks) forks[1 + std::size_t(n)] = pid;
    ++forks[0];
  }
  return pid;
}
extern "C" ssize_t read(int fd, void* into, size_t size) {
  static const auto call = grader::original<ssize_t(int, void*, size_t)>("read");
  return reads(), call(fd, into, size);
}
extern "C" int eventfd_read(int fd, eventfd_t* value) {
  static const auto call = grader::original<int(int, eventfd_t*)>("eventfd_read");
  return reads(), call(fd, value);
}
extern "C" ssize_t recv(int fd, void* into, size_t size, int flags) {
  static const auto call = grader::original<ssize_t(int, void*, size_t, int)>("recv");
  return reads(), call(fd, into, size, flags);
}
extern "C" ssize_t recvmsg(int fd, msghdr* message, int flags) {
  static const auto call = grader::original<ssize_t(int, msghdr*, int)>("recvmsg");
  return reads(), call(fd, message, flags);
}
extern "C" ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  static const auto call = grader::original<ssize_t(int, const msghdr*, int)>("sendmsg");
  return sends(), call(fd, message, flags);
}
extern "C" ssize_t send(int fd, const void* from, size_t size, int flags) {
  static const auto call = grader::original<ssize_t(int, const void*, size_t, int)>("send");
  return sends(), call(fd, from, size, flags);
}
extern "C" ssize_t write(int fd, const void* from, size_t size) {
  static const auto call = grader::original<ssize_t(int, const void*, size_t)>("write");
  return sends(), call(fd, from, size);
}

std::string work(int i, const std::string& text) {
  if (::getpid() == watched) give_up("a task was done in the process that submitted it, not in a worker");
  if (i < most_tasks) made_by[std::size_t(i)] = ::getpid();
  grader::report("began", i);  // and the kernel says which process reports it
  ++begun[0];
  struct End {
    ~End() { ++done[0]; }
  } end;
  return what_it_does(i, text);
}

/// The first task is done when all others are. They come from several threads.
SCENARIO(results) {
  const int n = number(0), threads = number(1);
  const Scene scene{[](int i, const std::string& text) {
    if (i == 0) wait_at(0);
    return text + "/" + std::to_string(7 * i);
  }};
  std::vector<Future> futures(static_cast<std::size_t>(n));
  const auto submit = [&](int from) {
    for (int i = from; i < n; i += threads)
      futures[std::size_t(i)] = scene.submit(i, i % 5 == 2 ? "" : argument(2) + std::to_string(i));
  };
  {
    std::vector<std::unique_ptr<Asked>> all;
    for (int i = 1; i < threads; ++i) all.push_back(std::make_unique<Asked>([&, i] { submit(i); }));
    submit(0);
  }
  wait_for_done(n - 1,
                "task 0 was long, and after 2 s not all others were done. They should go to the worker that is free");
  open(0);
  Strings came;
  for (int i = 0; i < n; ++i) came.push_back(told(futures[std::size_t(i)], "that of task " + std::to_string(i)));
  grader::report("came", came);
  int by_others = 0;
  for (int i = 0; i < n; ++i) {
    const pid_t maker = made_by[std::size_t(i)];
    by_others += maker == scene.worker(0) || maker == scene.worker(1) ? 0 : 1;
  }
  grader::report("by others", by_others);
}

SCENARIO(workers) {
  const Scene scene;
  grader::report("forks", forks[0].load());
  std::vector<Future> futures;
  for (int i = 0; i < 20; ++i) futures.push_back(scene.submit(i));
  for (const auto& future : futures) (void)told(future, "20 tasks were submitted, and nothing kept the workers");
  grader::report("forks later", forks[0].load());
  grader::report("threads", threads_at_fork[0].load());
}

/// The process that made it is killed while one worker is in a task, and this one is not.
SCENARIO(left_alone) {
  const auto idle = static_cast<std::size_t>(number(0));
  const Counters ready{1};
  grader::Child parent{[&] {
    const Scene scene{[](int i, const std::string& text) { return wait_at(i), text; }};
    const auto futures = scene.hold_both();
    const int task = scene.task_of(idle);
    open(task);
    wait_for_done(1, "a task might return, and did not within 2 s");
    (void)becomes([&] { return grader::rests(scene.worker(idle)); });
    for (ready[0] = 1;;) ::pause();
  }};
  if (!grader::reaches(ready[0], 1)) give_up("two tasks were submitted, and one was not done within 2 s");
  const pid_t one = forks[1 + idle], other = forks[2 - idle];
  parent.kill();
  const auto blame = idle == 0 ? "Which copies has it of the end that its parent had? And the other worker, which was "
                                 "forked later, and is still in a task?"
                               : "Has it closed its copy of the end that its parent had?";
  if (!becomes([&] { return grader::is_over(one); }))
    give_up(std::string{"the process that had made your executor was killed. The "} + (idle == 0 ? "first" : "second") +
            " worker had no task, and should have found the end of its pipe and ended, but was there after 2 s. " +
            blame);
  open(all_gates);
  if (!becomes([&] { return grader::is_over(other); }))
    give_up("a worker was left alone in a task, and did not end within 2 s when the task had come to its end");
}

/// Each waits for the other, several times over.
SCENARIO(together) {
  const int rounds = number(0);
  const Scene scene{[](int i, const std::string& text) { return meet(i / 2 + 1), text; }};
  for (int i = 0; i < 2 * rounds; i += 2) {
    const std::vector both{scene.submit(i), scene.submit(i + 1)};
    for (const auto& future : both) (void)told(future, "two tasks waited for one another to begin");
  }
}

/// One is long.
SCENARIO(long_one) {
  const Scene scene{[](int i, const std::string& text) {
    if (i == 0) wait_at(0);
    return text;
  }};
  std::vector<Future> futures;
  for (int i = 0; i < number(0); ++i) futures.push_back(scene.submit(i));
  wait_for_done(number(0) - 1,
                "one worker was in a long task, the other had 2 s for the rest, and not all of it was done. A task "
                "should not be sent to a worker that is in another: whoever is free takes the next");
}

/// A task is submitted when the thread has been woken, and is about to read what woke it.
SCENARIO(just_then) {
  const Scene scene{[](int i, const std::string& text) {
    if (i < 2) wait_at(i);
    return text;
  }};
  (void)told(scene.submit(2), "there was nothing else to do");
  (void)others_come_to_rest();
  std::atomic<bool> is_reading = false, has_waited = false;
  std::atomic<const Asked*> submitter = nullptr;
  before_read = [&] {
    is_reading = true;
    grader::let_them_try([&] { return submitter != nullptr && submitter.load()->rests(); },
                         [&] { return submitter != nullptr && submitter.load()->is_back(); });
    has_waited = true;
  };
  is_armed = true;
  const auto first = scene.submit(0);
  (void)becomes([&] { return is_reading.load(); });
  Future second;
  const Asked asked{[&] { second = scene.submit(1); }};
  submitter = &asked;
  asked.said("submit did not return within 2 s, though it need wait for nobody");
  if (!is_armed.exchange(false)) (void)becomes([&] { return has_waited.load(); });
  if (!becomes([] { return made_by[0] != 0; }))
    give_up(
        "a task was submitted while both workers were free, and did not begin within 2 s. Does submit wake the "
        "thread?");
  if (!becomes([] { return made_by[1] != 0; }))
    give_up(
        "a task was submitted just when your thread had been woken for another, and did not begin within 2 s, "
        "though a worker was free: the thread took the news, and had looked for tasks before");
}

/// One worker is in a task, and nothing happens.
SCENARIO(sleeps) {
  const Scene scene{[](int i, const std::string& text) {
    if (i == 0) wait_at(i);
    return text;
  }};
  const auto first = scene.submit(0);
  const auto second = scene.submit(1);
  wait_for_done(1, "one task was held, and another, which was not, was not done within 2 s");
  if (!others_come_to_rest())
    give_up("nothing happened for 2 s, and your thread was busy all the time: let it sleep until there is news");
  const long before = times_woken();
  if (becomes([&] { return times_woken() >= before + 5; }, grader::patience / 4))
    give_up(
        "your thread wakes up again and again though nothing happens. Let it wait for news without a limit, and "
        "let submit wake it");
}

/// Of four kinds of tasks three throw.
SCENARIO(errors) {
  const Scene scene{[](int i, const std::string& text) -> std::string {
    if (i % 4 == 1) throw std::out_of_range{text + std::to_string(i)};
    if (i % 4 == 2) throw i;
    if (i % 4 == 3) throw std::runtime_error{""};
    return text + std::to_string(i);
  }};
  Strings came;
  for (int i = 0; i < number(0); ++i) came.push_back(told(scene.submit(i, argument(1)), "its task threw, or returned"));
  grader::report("came", came);
  grader::report("forks", forks[0].load());
}

/// Many are submitted while both workers are held; then nobody waits for the end.
SCENARIO(many) {
  const Scene scene{[](int i, const std::string& text) { return wait_at(i), text; }};
  const auto held = scene.hold_both();
  std::atomic<int> submitted = 0;
  const Asked asked{[&] {
    for (int i = 0; i < number(0); ++i, ++submitted) (void)scene.submit(most_tasks + i, std::string(1000, 'x'));
  }};
  if (!becomes([&] { return asked.is_back() || grader::troubled[0] != 0; }))
    give_up("both workers were in a task, and of " + argument(0) + " more that were submitted submit returned for " +
            std::to_string(submitted) +
            " within 2 s: it waits, perhaps for room in a pipe. Let it leave tasks to a queue in memory, and to your "
            "thread");
  grader::report("submitted", submitted.load());
  ::_exit(0);
}

/// The workers read nothing for a while, and a large task is on its way to one of them.
SCENARIO(stopped) {
  const Scene scene;
  (void)told(scene.submit(0), "there was nothing else to do");
  for (const std::size_t which : {0U, 1U}) {
    ::kill(scene.worker(which), SIGSTOP);
    (void)becomes([&] { return grader::state_in(grader::folder_of(scene.worker(which))) == 'T'; });
  }
  std::vector<Future> futures(2);
  const std::string words =
      "a large task was on its way to a worker that did not read for a while, and meanwhile submit did not return "
      "within 2 s. Let your thread hold no lock while it sends or receives";
  {
    const Asked first{[&] { futures[0] = scene.submit(1, std::string(2 << 20, 'l')); }};
    first.said(words);
  }
  (void)others_come_to_rest();
  {
    const Asked second{[&] { futures[1] = scene.submit(2, "s"); }};
    second.said(words);
  }
  for (const std::size_t which : {0U, 1U}) ::kill(scene.worker(which), SIGCONT);
  for (const auto& future : futures) (void)told(future, "its worker was stopped for a while, and then went on");
}

/// Both workers have large results at once, while large tasks wait for them.
SCENARIO(large) {
  const Counters first{1};
  before_send = [&] {
    static int n = -1;
    if (inside[0] >= 2 && ++n == 0) ++first[0];
    if (n == 1) (void)becomes([&] { return first[0] >= 2; }, grader::patience / 4);
  };
  const Scene scene{[](int i, const std::string& text) {
    if (i < 2) wait_at(0);
    if (i < 2) meet(1);
    return text + text;
  }};
  const std::string text(std::size_t(number(0)), 'a');
  std::vector<Future> futures;
  for (int i = 0; i < 6; ++i) futures.push_back(scene.submit(i, text));
  (void)becomes([] { return begun[0] >= 2; });
  (void)others_come_to_rest();
  open(0);
  Strings came;
  for (const auto& future : futures) {
    auto result = told(future, "tasks and results had several MiB");
    came.push_back(result == text + text ? "right" : result.size() < 200 ? result : "damaged");
  }
  grader::report("came", came);
}

/// It lives until all is over.
void leave_a_child(const Counters& heir) {
  const pid_t pid = ::fork();
  if (pid != 0) return void(heir[0] = pid);
  wait_at(all_gates);
  ::_exit(0);
}

/// So often that something must keep it from going on.
void wait_until_it_rests(pid_t worker) {
  int looks = 40;
  (void)becomes([&] { return (looks = grader::rests(worker) ? looks - 1 : 40) <= 0; });
}
void stop(pid_t worker) {
  ::kill(worker, SIGSTOP);
  (void)becomes([&] { return grader::state_in(grader::folder_of(worker)) == 'T'; });
}

/// A worker is stopped, before a large task is on its way to it, or when it receives for the n-th time then. The other
/// becomes free, and there is more to do.
SCENARIO(does_not_read) {
  const auto which = static_cast<std::size_t>(number(0));
  const int at = number(1);
  const Counters stopping{1};
  before_recv = [&] {
    static int n = 0;
    if (stopping[0] == ::getpid() && ++n == at) ::raise(SIGSTOP);
  };
  const Scene scene{[](int i, const std::string& text) {
    if (i < 2) wait_at(i);
    return text;
  }};
  const auto held = scene.hold_both();
  const pid_t victim = scene.worker(which);
  const auto task = static_cast<std::size_t>(scene.task_of(which));
  open(int(task));
  (void)told(held[task], "nothing kept it, while another task was held");
  wait_until_it_rests(victim);
  if (at == 0) stop(victim);
  stopping[0] = victim;
  const std::string text(5 << 20, 'l');
  const auto large = scene.submit(2, text);
  (void)others_come_to_rest();
  open(int(1 - task));
  const std::string words =
      "a large task was on its way to a worker that was stopped, and so did not read it. That of the other worker was "
      "let go on, and should be done, and so should those that were submitted after: nothing keeps the other";
  std::set<std::string> came{told(held[1 - task], words) == (task == 0 ? "b" : "a") ? "s" : "another's"};
  for (int i = 3; i < 8; ++i) came.insert(told(scene.submit(i, "s"), words));
  grader::report("came", Strings{came.begin(), came.end()});
  stopping[0] = 0;
  (void)becomes([&] {  // again and again: it may stop just now
    ::kill(victim, SIGCONT);
    return large.wait_for(0s) == std::future_status::ready;
  });
  grader::report("large", told(large, "its worker was stopped for a while, and then went on") == text);
}

/// A worker ends, in one way or another. The other is in a task that has no end, and many wait.
SCENARIO(broken) {
  const std::string how = argument(0);
  const auto which = static_cast<std::size_t>(number(1));
  const bool had_nothing = how.starts_with("while it had no task"), was_sent = how.starts_with("while it was sent");
  const bool has_heir = how.find("child") != std::string::npos;
  const Counters dying{1}, heir{1};
  before_send = [&] {
    static int n = 0;
    if (dying[0] == ::getpid() && ++n == 2) ::raise(SIGKILL);
  };
  Scene scene{[&](int i, const std::string& text) -> std::string {
    if (i >= 2) return text;
    ::signal(SIGTERM, SIG_IGN);
    wait_at(i);
    if (has_heir) leave_a_child(heir);
    if (had_nothing || was_sent) return text;
    if (how.starts_with("while it sent")) return dying[0] = ::getpid(), std::string(4 << 20, 'r');
    if (how.starts_with("by _exit")) ::_exit(0);
    ::raise(SIGKILL);
    return text;
  }};
  const auto early = scene.submit(2, "early");
  (void)told(early, "there was nothing else to do");
  auto due = scene.hold_both();
  const pid_t victim = scene.worker(which), other = scene.worker(1 - which);
  const int task = scene.task_of(which);
  for (int i = 0; i < number(2); ++i) due.push_back(scene.submit(most_tasks + i));
  open(task);
  if (had_nothing || was_sent) {
    (void)told(due[std::size_t(task)], "nothing kept it, while another task was held");
    due.erase(due.begin() + task);
    wait_until_it_rests(victim);
    if (was_sent) {
      stop(victim);
      due.push_back(scene.submit(3, std::string(2 << 20, 't')));
      (void)others_come_to_rest();
    }
    ::kill(victim, SIGKILL);
  }
  if (!becomes([&] { return grader::is_over(victim); }, grader::patience / 2)) {  // it sends all in one piece
    due.erase(due.begin() + task);
    ::kill(victim, SIGKILL);
  }
  std::unique_ptr<Asked> hurried;  // who submits as soon as the first of those that wait has failed
  std::string taken = "threw BrokenPool";
  if (number(2) > 0)
    hurried = std::make_unique<Asked>([&, first = due[2]] {
      first.wait();
      taken =
          refused(scene, "it was submitted when others had begun to fail: submit should throw, or it should fail, too");
    });
  std::set<std::string> came;
  for (const auto& future : due)
    came.insert(
        told(future,
             "whatever was not done by then should fail at once, with BrokenPool: what the dead had, what the other "
             "worker has, and all that waits"));
  hurried.reset();
  came.insert(taken == "threw BrokenPool" ? "BrokenPool" : taken);
  grader::report("came", Strings{came.begin(), came.end()});
  grader::report("early", told(early, "that of a task that had been done before"));
  if (!becomes([&] { return grader::is_over(other); }))
    give_up(
        "the other worker was still in a task 2 s later. It should be ended, too: what it does is of no use any more");
  std::string last;
  (void)becomes([&] {
    return (last = refused(scene, "it was submitted after a worker had ended: submit should throw")) ==
           "threw BrokenPool";
  });
  grader::report("later", last);
  {
    const Asked leaver{[&] { scene->shutdown(); }};
    leaver.said("shutdown did not return within 2 s");
  }
  open(all_gates);
  scene.end();
  (void)becomes([&] { return heir[0] == 0 || grader::state_in(grader::folder_of(heir[0])) == 'X'; });
}

std::string presence(pid_t worker) {
  const char state = grader::state_in(grader::folder_of(worker));
  return state == 'X' ? "gone" : state == 'Z' ? "a zombie: nobody has waited for it" : "still there";
}

/// Both workers are held, and many tasks wait.
SCENARIO(shutdown) {
  const bool by_destructor = argument(1) == "the destructor";
  Scene scene{[](int i, const std::string& text) {
    if (i < 2) wait_at(i);
    return text;
  }};
  auto futures = scene.hold_both();
  for (int i = 2; i < number(0); ++i) futures.push_back(scene.submit(i, "c"));
  const std::vector workers{scene.worker(0), scene.worker(1)};
  {
    const Asked leaver{[&] { by_destructor ? scene.end() : scene->shutdown(); }};
    grader::let_them_try([&] { return leaver.rests(); }, [&] { return leaver.is_back(); });
    if (leaver.is_back()) give_up(argument(1) + " returned while both workers were in a task");
    open(all_gates);
    leaver.said(argument(1) +
                " did not return within 2 s, and nothing kept the workers from doing all that "
                "was left");
  }
  int ready = 0;
  for (const auto& future : futures) ready += future.wait_for(0s) == std::future_status::ready ? 1 : 0;
  if (ready < number(0))
    give_up(argument(1) + " returned when " + std::to_string(ready) +
            " futures were done. All that were submitted before should be");
  std::set<std::string> came;
  for (const auto& future : futures) came.insert(told(future, argument(1) + " had returned"));
  grader::report("came", Strings{came.begin(), came.end()});
  grader::report("workers", Strings{presence(workers[0]), presence(workers[1])});
  if (by_destructor) return;
  grader::report("later", refused(scene, "it was submitted after shutdown: submit should throw"));
  const Asked leaver{[&] { scene->shutdown(); }};
  leaver.said("shutdown was called a second time, and did not return within 2 s");
}

SCENARIO(nothing_to_do) { const Scene scene; }

#else

#include <algorithm>

#include "exercises/grader/judge.hpp"

using grader::submission;
using grader::varied;
using grader::went_well;
using Strings = std::vector<std::string>;

CHECK(results, 10, "each result comes out of its own future, in whatever order the tasks are done") {
  const auto a = "a" + std::to_string(varied(0, 999)) + ".", b = "b" + std::to_string(varied(0, 999)) + ".";
  for (const auto& [n, threads, word] : {std::tuple{1, 1, a}, {varied(6, 12), 1, b}, {100, 4, a}}) {
    const auto run = grader::shaken("results", {std::to_string(n), std::to_string(threads), word});
    ASSERT_TRUE(went_well(run)) << n << " tasks, of which the first is done last";
    const auto came = run.value<Strings>("came");
    for (int i = 0; i < n; ++i)
      ASSERT_EQ(came.at(static_cast<std::size_t>(i)),
                (i % 5 == 2 ? "" : word + std::to_string(i)) + "/" + std::to_string(7 * i))
          << "what came out of the future of task " << i << ". Of " << n << " tasks the first was done last";
    ASSERT_EQ(run.value<int>("by others"), 0) << "of " << n << " tasks, those done in a process that is none of the "
                                              << "two workers";
    auto began = run.values<int>("began");
    ASSERT_EQ(began.size(), static_cast<std::size_t>(n)) << "tasks that were begun, of " << n << " submitted";
    if (threads > 1) continue;
    std::erase(began, 0);
    ASSERT_TRUE(std::ranges::is_sorted(began)) << "while one worker was in task 0, the other should have been given "
                                                  "the rest in the order in which they were submitted";
  }
}

CHECK(workers, 10, "two are forked, before any thread; each ends when it is left alone") {
  const auto run = submission("workers");
  ASSERT_TRUE(went_well(run));
  ASSERT_EQ(run.value<int>("threads"), 1)
      << "threads in the process when a worker was forked. The child has only the one that forks, and a lock that "
      << "another held stays locked in it for ever: fork in the constructor, and start your thread afterwards";
  ASSERT_EQ(run.value<int>("forks"), 2) << "processes that were forked when the constructor had returned";
  ASSERT_EQ(run.value<int>("forks later"), 2) << "processes that were forked when 20 tasks were done";
  for (const char* which : {"0", "1"}) ASSERT_TRUE(went_well(submission("left_alone", {which})));
}

CHECK(together, 10, "two tasks run at the same time, and a long one holds up nobody") {
  ASSERT_TRUE(went_well(submission("together", {"5"})));
  ASSERT_TRUE(went_well(submission("long_one", {"30"})));
}

CHECK(wakes, 10, "a task that is submitted wakes the thread, whenever that is, and nothing else does") {
  ASSERT_TRUE(went_well(submission("just_then")));
  ASSERT_TRUE(went_well(submission("sleeps")));
}

CHECK(errors, 10, "what a task throws comes out of its future, and its worker goes on") {
  const auto words = "no number " + std::to_string(varied(1, 99)) + ".";
  const auto run = submission("errors", {"20", words});
  ASSERT_TRUE(went_well(run)) << "Most of 20 tasks threw: std::out_of_range, std::runtime_error and an int.\n"
                              << "Does what a task throws end its worker?";
  const auto came = run.value<Strings>("came");
  for (int i = 0; i < 20; ++i) {
    const auto& seen = came.at(static_cast<std::size_t>(i));
    const auto text = words + std::to_string(i);
    const auto due = i % 4 == 0 ? text : i % 4 == 1 ? "threw " + text : "threw any std::exception";
    const bool fits = i % 4 == 0   ? seen == text
                      : i % 4 == 1 ? seen.starts_with("threw ") && seen.find(text) != std::string::npos
                                   : seen.starts_with("threw ") && seen != "threw what is no std::exception";
    ASSERT_TRUE(fits) << "of task " << i << " that "
                      << (i % 4 == 0   ? "returned"
                          : i % 4 == 1 ? "threw std::out_of_range"
                          : i % 4 == 2 ? "threw an int"
                                       : "threw a std::runtime_error without words")
                      << ", this should come: " << due << "\nbut this came: " << seen;
  }
  ASSERT_EQ(run.value<int>("forks"), 2) << "processes that were forked: a task that throws should cost no worker";
}

CHECK(never_blocks, 10, "`submit` waits for nobody, and a worker that does not read holds up nobody") {
  const auto run = submission("many", {"10000"});
  if (!run.values<std::string>("trouble").empty()) {
    ASSERT_TRUE(went_well(run));
  }
  ASSERT_EQ(run.value<int>("submitted"), 10000) << "tasks that were submitted while both workers were in one";
  ASSERT_TRUE(went_well(submission("stopped")));
  for (const auto& [which, at] : {std::pair{"0", "0"}, {"1", "0"}, {"0", "2"}, {"1", "3"}}) {
    const auto halted = submission("does_not_read", {which, at});
    ASSERT_TRUE(went_well(halted)) << "Does your thread wait in send or recv for one worker while the other has news?";
    ASSERT_EQ(halted.value<Strings>("came"), Strings{"s"}) << "what the worker that went on has done, each once";
    ASSERT_TRUE(halted.value<bool>("large")) << "the text of a task of 5 MiB was damaged on its way";
  }
}

CHECK(large, 10, "large results come from both workers at once, while large tasks wait for them") {
  for (const char* bytes : {"100000", "2000000"}) {
    const auto run = submission("large", {bytes});
    ASSERT_TRUE(went_well(run)) << "6 tasks of " << bytes << " bytes each, and results of twice as many.\n"
                                << "Does your thread send to a worker that wants to send?";
    ASSERT_EQ(run.value<Strings>("came"), Strings(6, "right"))
        << "results of 6 tasks of " << bytes << " bytes, when both workers sent at the same time";
  }
}

CHECK(broken, 20, "if a worker ends, all that is not done fails, the other is ended, submit throws: nobody hangs") {
  const std::string lives = " lives on, with copies of its end of the pipe", heir = ", and a child of its task" + lives;
  const Strings hows{"by SIGKILL, in a task",
                     "by _exit(0), in a task",
                     "by SIGKILL, in a task" + heir,
                     "while it had no task",
                     "while it was sent a large task",
                     "while it sent a large result",
                     "while it was sent a large task, and a child of its last one" + lives,
                     "while it sent a large result" + heir};
  for (std::size_t i = 0; i < hows.size(); ++i)
    for (const char* which : {"0", "1"}) {
      const std::string queued = i == 0 ? "10000" : i < 3 ? "5" : "0";
      const auto run = submission("broken", {hows[i], which, queued});
      const auto story = "A worker ended " + hows[i] + ".";
      ASSERT_TRUE(went_well(run)) << story;
      ASSERT_EQ(run.value<Strings>("came"), Strings{"BrokenPool"})
          << "what came of the tasks that were not done, each once. " << story;
      ASSERT_EQ(run.value<std::string>("early"), "early")
          << "the result of a task that had been done before. " << story;
      ASSERT_EQ(run.value<std::string>("later"), "threw BrokenPool") << "what came of a submit afterwards. " << story;
      ASSERT_TRUE(grader::left_nothing(run)) << story << " Wait for both, and for your thread.";
    }
}

CHECK(shutdown, 10, "shutdown and destructor finish all that was submitted, and leave nothing") {
  for (const char* by : {"shutdown", "the destructor"}) {
    const auto run = submission("shutdown", {"20", by});
    ASSERT_TRUE(went_well(run)) << "20 tasks were submitted before " << by;
    ASSERT_EQ(run.value<Strings>("came"), (Strings{"a", "b", "c"}))
        << "what came of 20 tasks that were submitted before " << by << ", each once";
    ASSERT_EQ(run.value<Strings>("workers"), (Strings{"gone", "gone"})) << "the two workers when " << by << " returned";
    if (std::string{by} == "shutdown") {
      ASSERT_TRUE(run.value<std::string>("later").starts_with("threw ")) << "what came of submit after shutdown";
    }
    ASSERT_TRUE(grader::left_nothing(run)) << "after " << by;
  }
  const auto run = submission("nothing_to_do");
  ASSERT_TRUE(went_well(run)) << "an executor was made, and nothing submitted";
  ASSERT_TRUE(grader::left_nothing(run)) << "an executor was made, and nothing submitted";
}

#endif
