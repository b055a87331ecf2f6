// Wrong: wakes one worker only, who wakes nobody else.
// loses: opens again places breaks mended killed
// says: a meeting of 3
#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <stdexcept>

struct Meeting {
  virtual ~Meeting() = default;
  virtual int wait() = 0;
  virtual void abort() = 0;
  virtual void reset() = 0;
};

class SharedMeeting : public Meeting {
 public:
  explicit SharedMeeting(int parties) : parties_{parties} {
    void* at = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::runtime_error{"no shared memory"};
    shared_ = static_cast<Shared*>(at);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&shared_->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  ~SharedMeeting() override { munmap(shared_, sizeof(Shared)); }

  int wait() override {
    lock();
    Shared& now = *shared_;
    const bool broken = now.broken;
    const int place = now.arrived, opened = now.opened, resets = now.resets;
    if (!broken && ++now.arrived == parties_) {
      now.arrived = 0;
      ++now.opened;
      notify();
    }
    while (!now.broken && now.opened == opened && now.resets == resets) sleep_unlocked();
    const bool well = !broken && now.opened != opened && now.resets == resets;
    unlock();
    if (!well) throw std::runtime_error{"broken"};
    return place;
  }

  void abort() override {
    lock();
    shared_->broken = true;
    notify();
    unlock();
  }

  void reset() override {
    lock();
    shared_->broken = false;
    shared_->arrived = 0;
    ++shared_->resets;
    notify();
    unlock();
  }

 private:
  struct Shared {
    pthread_mutex_t mutex;
    std::atomic<int> changes;
    int arrived, opened, resets;
    bool broken;
  };

  void lock() {
    if (pthread_mutex_lock(&shared_->mutex) == EOWNERDEAD) pthread_mutex_consistent(&shared_->mutex);
  }
  void unlock() { pthread_mutex_unlock(&shared_->mutex); }
  void notify() {
    ++shared_->changes;
    syscall(SYS_futex, &shared_->changes, FUTEX_WAKE, 1);
  }
  void sleep_unlocked() {
    const int seen = shared_->changes;
    unlock();
    syscall(SYS_futex, &shared_->changes, FUTEX_WAIT, seen, nullptr, nullptr, 0);
    lock();
  }

  const int parties_;
  Shared* shared_;
};

std::unique_ptr<Meeting> make_meeting(int parties) { return std::make_unique<SharedMeeting>(parties); }
