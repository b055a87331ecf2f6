#include "common/machine.hpp"

#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <optional>
#include <sstream>

#include "common/descriptor.hpp"
#include "common/system.hpp"

namespace mp {
namespace {

/// Processors' worth of time that a "quota period" pair grants; nothing for "max" or −1.
std::optional<double> granted(const std::optional<std::string>& quota_and_period) {
  if (!quota_and_period) return std::nullopt;
  double quota = 0, period = 0;
  if (!(std::istringstream{*quota_and_period} >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

std::optional<double> cgroup_share() {
  if (const auto share = granted(read_text("/sys/fs/cgroup/cpu.max"))) return share;  // version 2
  const auto quota = read_text("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const auto period = read_text("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (!quota || !period) return std::nullopt;
  return granted(*quota + " " + *period);
}

}  // namespace

int cpu_count() {
  cpu_set_t allowed;
  check(::sched_getaffinity(0, sizeof allowed, &allowed), "sched_getaffinity");
  const int processors = CPU_COUNT(&allowed);
  const auto share = cgroup_share();
  return share ? std::clamp(static_cast<int>(std::ceil(*share)), 1, processors) : processors;
}

void flush_output() {
  std::cout.flush();
  std::clog.flush();
  std::wcout.flush();
  // Flushing all files would wait for a thread that reads stdin just now.
  const bool free = ::ftrylockfile(stdin) == 0;
  if (free) ::funlockfile(stdin);
  std::fflush(free ? nullptr : stdout);
}

int thread_count() {
  struct stat tasks;
  check(::stat("/proc/self/task", &tasks), "stat(/proc/self/task)");
  const int threads = static_cast<int>(tasks.st_nlink) - 2;  // one folder a thread, and . and ..
#ifdef __SANITIZE_THREAD__
  return std::max(threads - 1, 1);  // its own helper, which a forked child does not have
#else
  return threads;
#endif
}

}  // namespace mp
