// Tries: to send small messages to the judge without end, until its memory is full.
// says: stopped: it reported more than any scenario does
#include <sys/socket.h>

#include <functional>
#include <vector>

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  const char key[] = {1, 0, 0, 0, 0, 0, 0, 0, 'x'};  // a report of that name, with nothing in it
  for (;;) send(3, key, sizeof key, MSG_NOSIGNAL);
}
