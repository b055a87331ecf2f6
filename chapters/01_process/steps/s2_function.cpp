// A function in a process of its own: what it changes, it changes in a copy.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

int answer = 1;

int compute() {  // new
  answer = 42;
  std::printf("the child has computed\n");
  return 3;
}

[[noreturn]] void leave(int code) {  // new
  std::fflush(nullptr);              // _exit would lose what the child printed
  _exit(code);                       // out, and not on into the caller's code
}

int run(int (*function)()) {  // new
  std::fflush(nullptr);       // or the child prints our buffer, too
  const pid_t child = fork();
  if (child == 0) leave(function());
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

int main() {
  std::printf("computing\n");
  const int code = run(compute);
  std::printf("it returned %d; the answer here is still %d\n", code, answer);
}
