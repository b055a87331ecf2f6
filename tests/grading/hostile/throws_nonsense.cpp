// Tries: to throw what nobody can catch by its type, with a destructor that throws, too.
// says: killed by SIGABRT
#include <functional>
#include <vector>

struct Nonsense {
  ~Nonsense() noexcept(false) { throw 2; }
};

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  const Nonsense destroyed_while_one_is_on_its_way;
  throw 1;
}
