// Each call is safe by itself. Two calls are two: somebody may come in between.
#include "04_manager/manager.hpp"

#include <cstdio>

using Counts = mp::Proxy<mp::Dict<std::string, int>>;

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  const mp::Manager manager;
  const Counts counts = manager.make_dict<std::string, int>();
  counts.set("word", 0);

  const auto seen = manager.make_event(), added = manager.make_event();
  mp::Process slow{[=] {
    const int n = counts.get("word");
    seen.set();
    added.wait();  // once we make sure that somebody comes in between
    counts.set("word", n + 1);  // new
  }};
  mp::Process quick{[=] {
    seen.wait();
    counts.set("word", counts.get("word") + 1);
    added.set();
  }};
  slow.start();
  quick.start();
  slow.join();
  quick.join();
  std::printf("two have added one: %d\n", counts.get("word"));

  counts.update("word",
                [](int& n) { n += 2; });  // new: one call, in the server
  std::printf("and two more: %d\n", counts.get("word"));
}
