// Wrong: runs each task in a thread.
// loses: signals own_process together nothing_left
// says: your function did not return: killed by SIG
#include <functional>
#include <thread>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  std::vector<int> endings(tasks.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < tasks.size(); ++i)
    threads.emplace_back([&, i] {
      try {
        endings[i] = tasks[i]();
      } catch (...) {
        endings[i] = 1;
      }
    });
  for (auto& thread : threads) thread.join();
  return endings;
}
