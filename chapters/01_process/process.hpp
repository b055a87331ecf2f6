#pragma once
/// \file
/// A function that runs in a process of its own.
///
/// \code
/// mp::Process worker{[] { crunch(); }};                     // by fork: anything may be captured
/// mp::Process other{mp::start::spawn, mp::fn<crunch>, 42};  // by spawn: call and arguments travel
/// worker.start();
/// other.start();
/// if (!worker.try_join_for(2s)) worker.kill();              // no thread can be ended like this
/// worker.join();
/// fmt::print("{}\n", worker.status().text());               // killed by SIGKILL (Killed)
/// \endcode

#include <tuple>

#include "01_process/child.hpp"
#include "01_process/exit_status.hpp"
#include "01_process/start.hpp"
#include "common/clock.hpp"
#include "common/machine.hpp"

namespace mp {

/// A child of this process, seen without owning it: what active_children() lists.
///
/// \threads Every call is safe from several threads, and throws std::logic_error where it makes no sense:
/// before start, after close, or in a process that did not start the child.
class ProcessRef {
 public:
  /// Of a child that the course has started.
  explicit ProcessRef(std::shared_ptr<Child> child) : child_{std::move(child)} {}

  /// `Process-1`, or the name it was given. \python{multiprocessing.Process.name}
  std::string name() const { return child().identity().name; }
  /// The kernel's number. \python{multiprocessing.Process.pid}
  pid_t pid() const { return child().pid(); }

  /// \blocks until the process is over. It is over when *it* has ended, even if children of its own
  /// live on. \python{multiprocessing.Process.join}
  void join() const;
  /// \blocks at most `limit`; true when the process is over.
  /// \python{multiprocessing.Process.join}
  bool try_join_for(Seconds limit) const;
  /// Does not block. \python{multiprocessing.Process.is_alive}
  bool is_alive() const;

  /// Asks it to end, by SIGTERM, which it may handle or ignore. Its destructors do not run, and
  /// children of its own live on unless they are daemons. No effect once it is over.
  /// \python{multiprocessing.Process.terminate}
  void terminate() const;
  /// Ends it, by SIGKILL, which nothing can refuse. \python{multiprocessing.Process.kill}
  void kill() const;

  /// How it ended. Does not block: std::logic_error while it runs; StatusLost when somebody else
  /// collected the status.
  ExitStatus status() const;
  /// Nothing while it runs, then its exit code, or minus the signal that ended it; throws StatusLost.
  /// \python{multiprocessing.Process.exitcode}
  std::optional<int> exitcode() const;
  /// A descriptor that becomes readable when the process is over, for poll and its like. It stays
  /// ours: do not close it. \python{multiprocessing.Process.sentinel}
  int sentinel() const { return child().sentinel(); }

 protected:
  ProcessRef() = default;
  Child& child() const;
  std::shared_ptr<Child> child_;
};

/// What a Process may be given besides its call. \python{multiprocessing.Process}
struct ProcessOptions {
  std::string name = {};            ///< by default `Process-N`, counted per parent
  std::optional<bool> daemon = {};  ///< by default as this process is
};

/// A function that runs in a process of its own: forked by default, or started afresh by
/// `start::spawn`, and then call and arguments must be able to travel (see Inheritable).
///
/// The child gets /dev/null as its standard input. An exception that leaves its function is printed
/// as `Process Process-1:` with type and message, and ends it with exit code 1; `exit(n)` in it runs
/// the handlers it registered itself, not those of its parent.
///
/// The destructor waits for the child. A *daemon* is told to terminate, killed if it has not ended
/// after a second, and ends with its parent even when that is killed; it may start no process itself.
///
/// \python{multiprocessing.Process}
class Process : public ProcessRef {
 public:
  /// Starts by fork: `Process p{f, args…};` copies or moves f and args, and calls f(args…).
  template <class F, class... Args>
  requires std::invocable<std::decay_t<F>, Kept<Args>...>
  explicit Process(F&& f, Args&&... args)
      : Process{start::fork, ProcessOptions{}, std::forward<F>(f), std::forward<Args>(args)...} {}

  /// No start, but a reason.
  template <class F, class... Args>
  requires(!std::invocable<std::decay_t<F>, Kept<Args>...> && !Starter<std::decay_t<F>> &&
           !std::same_as<std::decay_t<F>, ProcessOptions> &&
           !std::same_as<std::decay_t<F>, Process>) explicit Process(F&&, Args&&...) {
    refuse_arguments<F>();
  }

  /// `Process p{{.name = "w1", .daemon = true}, f, args…};`
  template <class F, class... Args>
  Process(ProcessOptions options, F&& f, Args&&... args)
      : Process{start::fork, std::move(options), std::forward<F>(f), std::forward<Args>(args)...} {}

  /// `Process p{start::spawn, f, args…};`
  template <Starter S, class F, class... Args>
  requires(!std::same_as<std::decay_t<F>, ProcessOptions>) Process(S starter, F&& f, Args&&... args)
      : Process{starter, ProcessOptions{}, std::forward<F>(f), std::forward<Args>(args)...} {}

  /// `Process p{start::spawn, {.name = "w1"}, f, args…};`
  template <Starter S, class F, class... Args>
  Process(S, ProcessOptions options, F&& f, Args&&... args) : options_{std::move(options)} {
    if constexpr (CopyingStarter<S>)
      launch_ = launch_by_copy<S>(std::forward<F>(f), std::forward<Args>(args)...);
    else
      launch_ = launch_by_message<S, std::decay_t<F>, Kept<Args>...>(std::forward<F>(f), std::forward<Args>(args)...);
  }

  /// The other one has no process then.
  Process(Process&&) = default;
  /// Waits for what it had, as the destructor does.
  Process& operator=(Process&& other);
  ~Process();

  /// Starts the child; does not wait for anything it does. Throws std::logic_error when it was
  /// started before or this process is a daemon, std::system_error when the kernel has no room.
  /// \python{multiprocessing.Process.start}
  void start();

  /// Gives up what the kernel keeps for a process that is over, and every further call throws.
  /// std::logic_error while it runs. \python{multiprocessing.Process.close}
  void close();

 private:
  using Launch = std::function<Started(const Identity&)>;

  /// Function and arguments wait in one heap block, because a std::function must be copyable and
  /// they may not be.
  template <class S, class F, class... Args>
  static Launch launch_by_copy(F&& f, Args&&... args) {
    auto call =
        std::make_shared<std::tuple<std::decay_t<F>, Kept<Args>...>>(std::forward<F>(f), std::forward<Args>(args)...);
    return [call](const Identity& identity) {
      return S::launch(identity, [call] {
        std::apply([](auto&&... part) { (void)std::invoke(std::move(part)...); }, std::move(*call));
      });
    };
  }

  /// Packed here and now: what cannot be written is the caller's error, at the caller's line. What was
  /// moved in is gone then, as with a fork: a Connection given away is closed here.
  template <class S, class F, class... Args>
  static Launch launch_by_message(F f, Args... args) {
    (refuse<Offender<F, Crossing::inheritance>>(), ..., refuse<Offender<Args, Crossing::inheritance>>());
    if constexpr (!can_be_inherited<F, Args...>) {
      return {};  // the compiler has said why
    } else if constexpr (!std::invocable<F, Args...>) {
      refuse_arguments<F>();
      return {};
    } else {
      auto call = std::make_shared<Message>(pack(f, args...));
      return [call](const Identity& identity) { return S::launch(identity, *call); };
    }
  }

  template <class F>
  static void refuse_arguments() {
    static_assert(!sizeof(F*),
                  "the function does not take these arguments: each is passed as a value, so take it by value or by "
                  "const&, and not by &");
  }

  void end() noexcept;

  ProcessOptions options_;
  Launch launch_;  // empty once started, closed or moved from
};

/// This process. \python{multiprocessing.current_process}
struct CurrentProcess {
  std::string name;  ///< `MainProcess`, or what its parent called it
  /// its number in the kernel
  pid_t pid;
  /// whether it ends with its parent, and may have no children
  bool daemon;
};
/// What this process is called, and is. Does not block.
CurrentProcess current_process();

/// The process that started this one.
class ParentProcess {
 public:
  /// Its name. \python{multiprocessing.parent_process}
  std::string name() const;
  /// Its number in the kernel.
  pid_t pid() const;
  /// Does not block; sees a death by SIGKILL too.
  bool is_alive() const { return !try_join_for(Seconds{0}); }
  /// \blocks until the parent is over: the child's way of not outliving it.
  void join() const;
  /// \blocks at most `limit`; true when the parent is over.
  bool try_join_for(Seconds limit) const;
};

/// Nothing in a process that no Process started. \python{multiprocessing.parent_process}
std::optional<ParentProcess> parent_process();

/// The children of this process that are still running; collects the status of finished ones on the
/// way, as starting one does. \python{multiprocessing.active_children}
std::vector<ProcessRef> active_children();

}  // namespace mp
