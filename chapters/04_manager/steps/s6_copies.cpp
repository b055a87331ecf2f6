// What comes out of a managed object is a copy, and a change in a copy is lost.
// A proxy that is put into another object stays a proxy.
#include "04_manager/manager.hpp"

#include <cstdio>

using List = std::vector<int>;

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  const mp::Manager manager;

  const auto plain = manager.make_dict<std::string, List>();
  plain.set("odd", List{1, 3});
  plain.get("odd").push_back(5);  // new: into the copy
  std::printf("in the copy: %zu\n", plain.get("odd").size());

  List odd = plain.get("odd");
  odd.push_back(5);
  plain.set("odd", odd);  // new: put back
  std::printf("put back: %zu\n", plain.get("odd").size());

  const auto nested =
      manager.make_dict<std::string, mp::Proxy<mp::List<int>>>();
  nested.set("odd", manager.make_list<int>({1, 3}));
  nested.get("odd").append(5);  // new: in the server
  std::printf("nested: %zu\n", nested.get("odd").size());
}
