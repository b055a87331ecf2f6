// Tries: writes good verdicts into every descriptor that it could have inherited.
// loses: all
// says:
#include <unistd.h>
#include <functional>
#include <string>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  const std::string verdict = "{\"name\":\"codes\",\"failures\":[],\"seconds\":0}\n";
  for (int fd = 3; fd < 1024; ++fd) (void)!write(fd, verdict.data(), verdict.size());
  return {};
}
