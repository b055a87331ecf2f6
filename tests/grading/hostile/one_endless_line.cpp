// Tries: to be quoted in the verdict, with one line as long as all that is kept of its output.
// says: your function did not return: exit code 1
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  const std::string line(1 << 20, 'x');
  (void)!write(2, line.data(), line.size());
  std::exit(1);
}
