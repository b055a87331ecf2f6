#include "common/side_by_side/measure.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>

#include "common/interrupt.hpp"
#include "common/machine.hpp"
#include "common/pickle/codec.hpp"
#include "common/pidfd.hpp"
#include "common/process_tree.hpp"
#include "common/type_name.hpp"

namespace mp {

template <>
inline constexpr auto fields<Round> =
    std::tuple{&Round::wall_seconds, &Round::answer, &Round::finished, &Round::started_ns};

namespace {

constexpr Seconds between_samples{0.05};

/// What the processes that this one has reaped used so far, with what those had reaped in turn.
struct Usage {
  double cpu_seconds = 0;
  long switches = 0;

  static Usage of_the_reaped() {
    rusage used;
    check(::getrusage(RUSAGE_CHILDREN, &used), "getrusage");
    Usage total{0, used.ru_nvcsw + used.ru_nivcsw};
    for (const timeval& t : {used.ru_utime, used.ru_stime})
      total.cpu_seconds += static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    return total;
  }
};

std::int64_t nanoseconds(Clock::time_point t) { return std::chrono::nanoseconds{t.time_since_epoch()}.count(); }

/// Inside the child: the measured thing itself.
Round run(const std::function<std::string()>& body) {
  Round round;
  const auto start = Clock::now();
  round.started_ns = nanoseconds(start);
  try {
    round.answer = body();
    round.finished = true;
  } catch (...) {
    round.answer = describe_current_exception();
  }
  round.wall_seconds = seconds_since(start);
  return round;
}

/// noexcept, for an exception would run on into a copy of the measuring program.
[[noreturn]] void be_measured(const std::function<std::string()>& body, const Recording& recording,
                              const Descriptor& report) noexcept {
  // The measuring process has one thread, so this means the process; and it may be interrupted before it has
  // remembered us. SIGINT, for SIGKILL would leave our workers behind.
  ::prctl(PR_SET_PDEATHSIG, SIGINT);
  recording.begin();
  Encoder out;
  encode(out, run(body));
  write_all(report.number(), out.take().bytes);
  flush_output();
  ::_exit(0);
}

/// What the processes of a round look like from outside, taken now and then.
struct Samples {
  Clock::time_point start = Clock::now();
  long peak_kib = 0;
  std::map<pid_t, double> last_seen;

  void take(pid_t root) {
    long kib = 0;
    auto all = descendants(root);
    all.push_back(root);
    for (const pid_t pid : all) {
      const long weight = proportional_memory_kib(pid);
      if (weight > 0) last_seen[pid] = seconds_since(start);  // a zombie weighs nothing
      kib += weight;
    }
    peak_kib = std::max(peak_kib, kib);
  }
};

/// Waits for the child, looking at it and its descendants on the way; false when time is up.
bool watch(const Descriptor& child, pid_t pid, Seconds limit, Samples& samples) {
  const Deadline end{limit};
  while (!wait_readable(child.number(), Deadline{std::min(between_samples, end.remaining())})) {
    samples.take(pid);
    if (end.passed()) return false;
  }
  return true;
}

std::string how_it_ended(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return fmt::format("ended early, exit code {}", info.si_status);
  return fmt::format("killed by {}, all answers lost", signal_name(info.si_status));
}

}  // namespace

Round measure(const std::function<std::string()>& body, Seconds limit) {
  const Recording recording;
  Descriptor report = memory_file("report");
  check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");  // so that nothing it starts gets lost
  flush_output();
  const Usage before = Usage::of_the_reaped();
  Samples samples;
  const pid_t pid = check(::fork(), "fork");
  if (pid == 0) be_measured(body, recording, report);

  const Descriptor child{check(pidfd_open(pid, 0), "pidfd_open")};
  interrupt::remember(child.number());  // at once: Ctrl-C may come at any time
  samples.take(pid);
  const bool in_time = watch(child, pid, limit, samples);
  interrupt::forget(child.number());
  const double waited = seconds_since(samples.start);
  siginfo_t info{};
  if (in_time)
    check(retry([&] { return ::waitid(P_PIDFD, static_cast<id_t>(child.number()), &info, WEXITED); }), "waitid");
  end_all_descendants();
  const Usage after = Usage::of_the_reaped();

  Round round;
  check(::lseek(report.number(), 0, SEEK_SET), "lseek");
  if (auto bytes = read_to_end(report.number()); !bytes.empty()) {
    Decoder in{Message{std::move(bytes), {}}};
    round = decode<Round>(in);
  } else {
    round.wall_seconds = waited;
    round.started_ns = nanoseconds(samples.start);
    round.answer = in_time ? how_it_ended(info) : fmt::format("still not done after {:.1f} s", limit.count());
  }
  round.cpu_seconds = after.cpu_seconds - before.cpu_seconds;
  round.context_switches = after.switches - before.switches;
  round.peak_memory_kib = samples.peak_kib;
  round.last_seen = std::move(samples.last_seen);
  round.spans = recording.spans();
  return round;
}

}  // namespace mp
