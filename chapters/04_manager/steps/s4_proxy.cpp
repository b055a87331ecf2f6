// A Manager does that for objects of any type, as many as you like, and for any
// number of clients. What they have of an object is a proxy.
#include "04_manager/manager.hpp"  // new

#include <cstdio>

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  using Key = std::variant<int, std::string, double>;
  using Value = std::variant<std::monostate, int, std::string>;
  const mp::Manager manager;                       // new: a process
  const auto d = manager.make_dict<Key, Value>();  // new: proxies
  const auto l = manager.make_list<int>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});

  mp::Process worker{[=] {
    d.set(1, "1");
    d.set("2", 2);
    d.set(0.25, std::monostate{});
    l.reverse();
  }};
  worker.start();
  worker.join();

  const auto print = [](const auto& what) {
    if constexpr (requires { what + 1; })
      std::printf("%g ", double(what));
    else if constexpr (requires { what.c_str(); })
      std::printf("'%s' ", what.c_str());
    else
      std::printf("None ");
  };
  for (const auto& [key, value] : d.items()) {
    std::visit(print, key);
    std::visit(print, value);
  }
  std::printf("\n");
  for (const int i : l.copy()) print(i);
  std::printf("\n");
}
