// Tries: to answer well, and to leave files, shared memory and semaphores that nobody else can open.
// says: temporary file left_by_hostile
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <vector>

void leave_files() {
  umask(0777);
  mkdir("/tmp/left_by_hostile", 0777);
  open("/tmp/left_by_hostile/file", O_CREAT | O_WRONLY, 0777);
  shm_open("/left_by_hostile", O_CREAT | O_RDWR, 0777);
  sem_open("/left_by_hostile", O_CREAT, 0777, 1);
  shmget(4711, 4096, IPC_CREAT | 0777);
}

int code_of(const std::function<int()>& task) try { return task(); } catch (...) {
  return 1;
}

std::vector<int> run_all(const std::vector<std::function<int()>>& tasks) {
  std::vector<int> all;
  for (const auto& task : tasks) {
    all.push_back(fork());
    if (all.back() == 0) _exit(code_of(task));
  }
  for (int& each : all) {
    int status = 0;
    waitpid(each, &status, 0);
    each = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  leave_files();
  return all;
}
