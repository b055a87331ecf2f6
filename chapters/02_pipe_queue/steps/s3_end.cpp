// Where does it end? When nobody can write any more, and we could.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>

void put(int pipe, const std::string& text) {
  const size_t length = text.size();
  (void)!write(pipe, &length, sizeof length);
  (void)!write(pipe, text.data(), text.size());
}

bool read_all(int pipe, void* into, size_t n) {
  for (auto* at = static_cast<char*>(into); n > 0;) {
    const auto got = read(pipe, at, n);
    if (got <= 0) return false;  // new: 0 is the end of the file
    at += got, n -= size_t(got);
  }
  return true;
}

int main() {
  int ends[2];
  (void)!::pipe(ends);
  if (fork() == 0) {
    for (const char* word : {"one", "two", "three"}) put(ends[1], word);
    _exit(0);
  }
  close(ends[1]);  // new: our copy. Without this line we wait for ourselves
  for (size_t length; read_all(ends[0], &length, sizeof length);) {  // new
    std::string text(length, '?');
    if (!read_all(ends[0], text.data(), length)) break;
    std::printf("%s\n", text.c_str());
  }
  wait(nullptr);
  std::printf("that was all\n");
}
