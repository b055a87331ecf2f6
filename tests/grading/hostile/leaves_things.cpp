// Tries: leaves shared memory, a semaphore and files behind.
// loses: all
// says:
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) {
  close(shm_open("/hostile", O_CREAT | O_RDWR, 0600));
  sem_open("/hostile", O_CREAT, 0600, 1);
  for (int i = 0; i < 100; ++i) std::ofstream{"/tmp/hostile" + std::to_string(i)} << i;
  return {};
}
