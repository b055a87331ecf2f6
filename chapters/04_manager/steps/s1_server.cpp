// One process owns the words; who wants to count one sends it a message. (By
// spawn: a forked one would have our end of the pipe, and never see us go.)
#include <cstdio>
#include <map>
#include <string>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

using Counts = std::map<std::string, int>;

void serve(mp::Connection client) {
  Counts counts;  // nobody else has it
  try {
    for (;;) {
      const auto word = client.recv<std::string>();
      client.send(++counts[word]);
    }
  } catch (const mp::EndOfFile&) {
    std::printf("the client is gone\n");
  }
}

int main(int argc, char** argv) {
  mp::main_guard(argc, argv);
  auto [ours, theirs] = mp::pipe();
  mp::Process server{mp::start::spawn, mp::fn<serve>, std::move(theirs)};
  server.start();
  for (const char* word : {"to", "be", "or", "not", "to", "be"}) {
    ours.send(word);
    std::printf("%s %d\n", word, ours.recv<int>());
  }
  ours.close();
}
