// Tries: to start threads without end.
// says: killed by SIGABRT
#include <unistd.h>

#include <functional>
#include <thread>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  for (;;) std::thread{[] { pause(); }}.detach();
}
