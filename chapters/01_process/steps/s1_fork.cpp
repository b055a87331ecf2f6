// One process becomes two. Only what fork returns tells them apart.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

int main() {
  const pid_t child = fork();
  if (child == 0) {
    std::printf("child:  fork returned 0 to me\n");
    return 7;
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::printf("parent: fork returned %s to me, and the child returned %d\n",
              child > 0 ? "its pid" : "an error", WEXITSTATUS(status));
}
