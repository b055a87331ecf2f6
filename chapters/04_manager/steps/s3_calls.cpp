// Any call, not just one: its name travels, as a task does, and the arguments.
#include <cstdio>
#include <map>
#include <string>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

std::map<std::string, int> counts;  // the server's; ours stays empty

int add(std::string word, int n) { return counts[word] += n; }
void forget(std::string word) { counts.erase(word); }
int size() { return int(counts.size()); }

void serve(mp::Connection client) try {
  for (;;) {
    mp::Decoder call{{client.recv_bytes(), {}}};
    client.send_bytes(mp::run_packed(call).bytes);  // new
  }
} catch (const mp::EndOfFile&) {}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  auto [ours, theirs] = mp::pipe();
  mp::Process server{mp::start::spawn, mp::fn<serve>, std::move(theirs)};
  server.start();
  mp::Connection& link = ours;
  const auto ask = [&](auto function, auto... values) {
    link.send_bytes(mp::pack(function, values...).bytes);  // new
    return mp::Message{link.recv_bytes(), {}};
  };
  ask(mp::fn<add>, std::string{"to"}, 1);
  ask(mp::fn<add>, std::string{"be"}, 1);
  ask(mp::fn<forget>, std::string{"to"});
  std::printf("there %d, here %d\n", mp::unpickled<int>(ask(mp::fn<size>)),
              size());
  ours.close();
}
