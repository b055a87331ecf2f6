// A pipe carries bytes from one process to another, and nothing else.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

void put(int pipe, std::string_view text) {
  (void)!write(pipe, text.data(), text.size());
}

int main() {
  int ends[2];
  (void)!::pipe(ends);
  const int reader = ends[0], writer = ends[1];
  if (fork() == 0) {
    put(writer, "one ");
    put(writer, "two ");
    put(writer, "three");
    _exit(0);
  }
  wait(nullptr);
  char text[100];
  const auto n = read(reader, text, sizeof text);
  std::printf("one read brought three writes: %.*s\n", int(n), text);
}
