// Many tasks under way: each has a number, its work id, and a table says whose
// future an answer belongs to. Then it does not matter who answers when.
#include <cstdio>
#include <future>
#include <map>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

using Numbered = std::pair<int, long>;  // a work id, and a number

void work(mp::Connection link) {
  for (Numbered task; (task = link.recv<Numbered>()).first >= 0;) {
    if (task.second > 5) ::usleep(20'000);
    link.send(Numbered{task.first, task.second * task.second});
  }
}

int main() {
  auto [first, first_end] = mp::pipe();
  auto [second, second_end] = mp::pipe();
  mp::Process one{work, std::move(first_end)}, two{work, std::move(second_end)};
  one.start(), two.start();
  std::map<int, std::promise<long>> work_items;  // new
  std::vector<std::future<long>> futures;
  for (const int id : {0, 1, 2, 3}) {
    futures.push_back(work_items[id].get_future());  // new
    (id % 2 ? first : second).send(Numbered{id, id % 2 ? id : 9 - id});
  }
  while (!work_items.empty())
    for (const auto ready : mp::wait_ready({first, second})) {
      const auto [id, result] =
          (ready == first ? first : second).recv<Numbered>();
      work_items.extract(id).mapped().set_value(result);  // new
      std::printf("task %d is done\n", id);
    }
  for (auto& future : futures) std::printf("%ld ", future.get());
  std::printf("\n");
  first.send(Numbered{-1, 0}), second.send(Numbered{-1, 0});
}
