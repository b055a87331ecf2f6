// Who takes results in the order of the tasks waits for the first, whatever
// else is done. as_completed gives each when it is done; wait says which are.
#include <cstdio>

#include "06_executor/completed.hpp"
#include "06_executor/process_pool.hpp"

int slow(int milliseconds) {
  ::usleep(static_cast<unsigned>(milliseconds) * 1000);
  return milliseconds;
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  mp::ProcessPoolExecutor executor{3};
  std::vector<mp::Future<int>> futures;
  for (const int x : {300, 20, 150})
    futures.push_back(executor.submit(mp::fn<slow>, x));
  const auto first =
      mp::wait(futures, {}, mp::ReturnWhen::first_completed);  // new
  std::printf("%zu done, %zu not\n", first.done.size(), first.not_done.size());
  for (const auto& future : mp::as_completed(futures))
    std::printf("%d ", future.result());  // new
  std::printf("as they were completed\n");
  for (const auto& future : futures) std::printf("%d ", future.result());
  std::printf("in order\n");
  try {
    mp::as_completed(std::vector{executor.submit(mp::fn<slow>, 200)},
                     mp::Seconds{0.05})
        .next();  // new
  } catch (const mp::TimeoutError& error) {
    std::printf("%s\n", error.what());
  }
}
