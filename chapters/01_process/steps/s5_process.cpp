// All of that as a class: start, join with a limit, kill, and how it ended.
#include "01_process/process.hpp"  // new

#include <cstdio>

#include "common/workloads.hpp"

using namespace std::chrono_literals;

int main() {
  mp::Process crashes{mp::crash};      // new
  mp::Process endless{mp::never_end};  // new
  mp::Process throws{{.name = "thrower"},
                     [] { throw std::runtime_error{"no such luck"}; }};  // new

  for (auto* process : {&crashes, &endless, &throws}) process->start();  // new
  if (!endless.try_join_for(200ms)) endless.kill();                      // new
  for (auto* process : {&crashes, &endless, &throws}) {                  // new
    process->join();
    std::printf("%s: %s\n", process->name().c_str(),
                process->status().text().c_str());
  }
}
