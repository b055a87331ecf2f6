// Tries: to fill every folder that it may write, in files of every size.
// says: it wrote less than 200 MB
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  if (tasks.size() != 5) return {};
  std::signal(SIGXFSZ, SIG_IGN);
  const std::string piece(1 << 20, 'x');
  ssize_t all = 0;
  for (const std::string folder : {"/tmp", "/dev/shm", "/var/tmp", ".", "/"})
    for (int i = 0; i < 10; ++i) {
      const int file = open((folder + "/left_by_hostile" + std::to_string(i)).c_str(), O_CREAT | O_WRONLY, 0600);
      for (ssize_t n = 0; (n = write(file, piece.data(), piece.size())) > 0;) all += n;
    }
  std::fprintf(stderr, all < 200 << 20 ? "it wrote less than 200 MB\n" : "harm: %zd bytes\n", all);
  std::exit(0);
}
