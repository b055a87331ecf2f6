// A function in a process of its own: what it changes, it changes in a copy.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

int answer = 1;

int compute() {  // new
  answer = 42;   // new
  return 3;      // new
}

int run(int (*function)()) {  // new
  std::fflush(nullptr);       // new: or the child prints what waits in our buffer, too
  const pid_t child = fork();
  if (child == 0) _exit(function());  // new: out, without running on into the caller's code
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

int main() {
  std::printf("computing, ");
  const int code = run(compute);
  std::printf("it returned %d; the answer here is still %d\n", code, answer);
}
