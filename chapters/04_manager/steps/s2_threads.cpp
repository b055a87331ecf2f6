// Two clients. A call that waits must keep nobody else waiting, so each client
// gets a thread of the server.
#include <cstdio>
#include <semaphore>
#include <thread>  // new

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

void serve(mp::Connection one, mp::Connection other) {
  std::binary_semaphore flag{0};
  const auto serve_one = [&](mp::Connection& client) {
    if (client.recv<std::string>() == "wait")
      flag.acquire();
    else
      flag.release();
    client.send(true);
  };
  std::jthread first{[&] { serve_one(one); }};     // new
  std::jthread second{[&] { serve_one(other); }};  // new
}

int main() {
  auto [a, to_a] = mp::pipe();
  auto [b, to_b] = mp::pipe();
  mp::Process server{serve, std::move(to_a), std::move(to_b)};
  server.start();
  a.send("wait");  // new: its answer comes after the other's call
  b.send("set");
  if (b.recv<bool>()) std::printf("b is answered\n");
  if (a.recv<bool>()) std::printf("and now a\n");
}
