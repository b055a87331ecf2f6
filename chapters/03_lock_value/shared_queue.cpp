#include "03_lock_value/shared_queue.hpp"

namespace mp {

Ring::Ring(int capacity) {
  if (capacity < 1 || capacity > 1 << 20)
    throw std::invalid_argument{"a queue for " + std::to_string(capacity) + " values"};
  state().capacity = capacity;
  state().tail.mutex.init(PTHREAD_MUTEX_ERRORCHECK);
  state().head.mutex.init(PTHREAD_MUTEX_ERRORCHECK);
}

}  // namespace mp
