// Tries: to upset whoever reads the socket that it has inherited, with messages of every length and lengths that lie.
// says: your function did not return: exit code 0
#include <sys/socket.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  for (std::size_t n = 0; n < 300; ++n)
    for (const char byte : {'\0', '\1', '\x7f', '\xff'})
      send(3, std::string(n, byte).data(), n, MSG_NOSIGNAL | MSG_DONTWAIT);
  std::exit(0);
}
