// Messages instead of bytes: a length first, then so many bytes.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>

void put(int pipe, const std::string& text) {
  const size_t length = text.size();           // new
  (void)!write(pipe, &length, sizeof length);  // new
  (void)!write(pipe, text.data(), text.size());
}

void read_all(int pipe, void* into, size_t n) {  // new: a read may bring less
  for (auto* at = static_cast<char*>(into); n > 0;) {
    const auto got = read(pipe, at, n);
    at += got, n -= size_t(got);
  }
}

std::string get(int pipe) {  // new
  size_t length = 0;
  read_all(pipe, &length, sizeof length);
  std::string text(length, '?');  // a length is a claim: here we believe it
  read_all(pipe, text.data(), length);
  return text;
}

int main() {
  int ends[2];
  (void)!::pipe(ends);
  if (fork() == 0) {
    for (const char* word : {"one", "two", "three"}) put(ends[1], word);
    _exit(0);
  }
  for (int i = 0; i < 3; ++i) std::printf("%s\n", get(ends[0]).c_str());  // new
  wait(nullptr);
}
