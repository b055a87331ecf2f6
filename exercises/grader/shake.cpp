// Delays that a seed chooses, in every process and thread of a scenario: before and after what may turn a schedule.
// What goes wrong once in a million runs goes wrong in one of a few.
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <functional>

#include "common/point.hpp"
#include "exercises/grader/original.hpp"
#include "exercises/grader/subject.hpp"

namespace grader {
namespace {

std::atomic<unsigned> seed = 0;  // 0: no delays

/// A number that depends on the seed, the thread, and how often it has asked.
unsigned throw_dice() {
  thread_local unsigned thrown = 0;
  unsigned h = seed * 2'654'435'761U + static_cast<unsigned>(::gettid()) * 40'503U + ++thrown * 2'246'822'519U;
  h ^= h >> 15;
  h *= 2'246'822'519U;
  return h ^ h >> 13;
}

/// Mostly nothing, at times a little, seldom long enough for all others to have their turn.
void perhaps_wait() {
  if (seed == 0) return;
  const int before = errno;
  const unsigned dice = throw_dice();
  if (dice % 16 == 0)
    ::usleep(3'000);
  else if (dice % 4 == 0)
    ::usleep(dice / 16 % 300);
  errno = before;
}

/// The C library's function of that name, looked up once, by whoever comes first.
template <class F>
class Original {
 public:
  constexpr explicit Original(const char* name) : name_{name} {}
  template <class... A>
  auto operator()(A... arguments) {
    F* function = function_.load(std::memory_order_relaxed);
    if (function == nullptr) function_ = function = original<F>(name_);
    perhaps_wait();
    const auto result = function(arguments...);
    perhaps_wait();
    return result;
  }

 private:
  const char* name_;
  std::atomic<F*> function_ = nullptr;
};

}  // namespace

void shake(unsigned by) {
  static const std::function<void(std::string_view)> listener = [](std::string_view) { perhaps_wait(); };
  seed = by;
  if (by != 0) mp::at_point = &listener;
}

}  // namespace grader

// Weak: where an exercise has a schedule of its own to arrange at such a call, its function is taken.
#define SHAKEN(result, name, parameters, ...)                         \
  extern "C" [[gnu::weak]] result name parameters {                   \
    static constinit grader::Original<result parameters> real{#name}; \
    return real(__VA_ARGS__);                                         \
  }

SHAKEN(int, pthread_mutex_lock, (pthread_mutex_t * mutex), mutex)
SHAKEN(int, pthread_mutex_unlock, (pthread_mutex_t * mutex), mutex)
SHAKEN(int, pthread_cond_signal, (pthread_cond_t * condition), condition)
SHAKEN(int, pthread_cond_broadcast, (pthread_cond_t * condition), condition)
SHAKEN(int, pthread_cond_wait, (pthread_cond_t * condition, pthread_mutex_t* mutex), condition, mutex)
SHAKEN(int, sem_wait, (sem_t * semaphore), semaphore)
SHAKEN(int, sem_post, (sem_t * semaphore), semaphore)
SHAKEN(ssize_t, read, (int fd, void* to, size_t n), fd, to, n)
SHAKEN(ssize_t, write, (int fd, const void* from, size_t n), fd, from, n)
SHAKEN(ssize_t, recvmsg, (int fd, msghdr* message, int flags), fd, message, flags)
SHAKEN(ssize_t, sendmsg, (int fd, const msghdr* message, int flags), fd, message, flags)
SHAKEN(int, poll, (pollfd * watched, nfds_t n, int limit), watched, n, limit)
SHAKEN(int, close, (int fd), fd)
SHAKEN(pid_t, fork, (), )
SHAKEN(pid_t, waitpid, (pid_t pid, int* status, int options), pid, status, options)
