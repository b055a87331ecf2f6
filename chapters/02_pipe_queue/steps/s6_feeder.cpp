// Two full pipes: each side waits until the other reads. A Queue has a feeder
// for that, a thread that waits in place of whoever puts.
#include "02_pipe_queue/queue.hpp"

#include <cstdio>
#include <string>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

using namespace std::chrono_literals;
constexpr int n = 1000;

template <class Texts>  // new
void greet_back(Texts in, Texts out) {
  for (int i = 0; i < n; ++i) out.put("hello " + in.get());
}

template <class Texts>  // new: puts all before it gets any
void greet(const char* kind) {
  Texts there, back;
  mp::Process other{{.daemon = true}, greet_back<Texts>, there, back};
  mp::Process us{{.daemon = true}, [=]() mutable {
                   for (int i = 0; i < n; ++i) there.put("you");
                   for (int i = 0; i < n; ++i) back.get();
                 }};
  other.start();
  us.start();
  std::printf("%-11s  %s\n", kind,
              us.try_join_for(1s) ? "all answered" : "both stand still");
}

int main() {
  greet<mp::SimpleQueue<std::string>>("SimpleQueue");
  greet<mp::Queue<std::string>>("Queue");  // new
}
