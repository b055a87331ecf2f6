// Exercise 05_3: mend this. Results as they come, with only so many calls in flight.
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "05_pool/pool.hpp"

// What it works with, and what its users see; leave that as it is.

/// Starts f(x) in a pool, and does not wait for it: `pool.apply_async(callbacks, mp::fn<f>, x)`. One of the callbacks
/// is called once, in the pool's own thread, perhaps before this returns. It does not throw.
using Apply = std::function<void(mp::Callbacks<int> callbacks, int x)>;

/// The next x; nothing at the end, after which it must not be asked again. Somebody has to bring it: it may take long.
/// There may be no end. It does not throw.
using Input = std::function<std::optional<int>()>;

/// What one thread takes, result by result.
struct Results {
  virtual ~Results() = default;  ///< may come at any time, and waits for no call
  /// Blocks until some call is done; its result, or throws what the call has thrown. Nothing, again and again, when all
  /// input was read and all results were taken.
  virtual std::optional<int> next() = 0;
};

class InFlight : public Results {
 public:
  InFlight(const Apply& apply, const Input& input, int /*most*/) {
    const std::scoped_lock lock{mutex_};
    while (const auto x = input()) {
      apply({.callback =
                 [this, i = started_](int result) {
                   const std::scoped_lock lock_here{mutex_};
                   results_[i] = result;
                   news_.notify_one();
                 }},
            *x);
      ++started_;
    }
  }

  std::optional<int> next() override {
    std::unique_lock lock{mutex_};
    if (taken_ == started_) return std::nullopt;
    news_.wait(lock, [this] { return results_.contains(taken_); });
    return results_.extract(taken_++).mapped();
  }

 private:
  std::mutex mutex_;
  std::condition_variable news_;
  std::map<int, int> results_;
  int started_ = 0, taken_ = 0;
};

/// f of each x of the input, with at most `most` (1 or more) calls started whose results are not taken yet.
std::unique_ptr<Results> in_flight(Apply apply, Input input, int most) {
  return std::make_unique<InFlight>(apply, input, most);
}
