// One process becomes two. Only the return value of fork tells them apart.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

int main() {
  const pid_t child = fork();
  if (child == 0) {
    std::printf("child:  my parent is the process that started me\n");
    return 7;
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::printf("parent: it returned %d\n", WEXITSTATUS(status));
}
