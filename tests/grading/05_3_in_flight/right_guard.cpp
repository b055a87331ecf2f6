// Callbacks that work in the object itself, behind a guard that outlives it.
#include <condition_variable>
#include <deque>
#include <functional>
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
  InFlight(Apply apply, Input input, int most) : apply_{std::move(apply)}, input_{std::move(input)}, most_{most} {}
  ~InFlight() override {
    const std::scoped_lock lock{guard_->mutex};
    guard_->is_gone = true;
  }

  std::optional<int> next() override {
    while (!at_end_ && not_taken_ < most_) {
      const auto x = input_();
      at_end_ = !x;
      if (!x) break;
      apply_({.callback = [this, guard = guard_](int result) { add(*guard, result); },
              .error_callback = [this, guard = guard_](const std::exception_ptr& error) { add(*guard, error); }},
             *x);
      ++not_taken_;
    }
    if (not_taken_ == 0) return std::nullopt;
    std::unique_lock lock{guard_->mutex};
    while (arrived_.empty()) news_.wait(lock);
    const auto last = std::move(arrived_.back());
    arrived_.pop_back();
    --not_taken_;
    if (const auto* result = std::get_if<int>(&last)) return *result;
    std::rethrow_exception(std::get<std::exception_ptr>(last));
  }

 private:
  struct Guard {
    std::mutex mutex;
    bool is_gone = false;
  };
  void add(Guard& guard, mp::Arrived<int> arrived) {
    const std::scoped_lock lock{guard.mutex};
    if (guard.is_gone) return;
    arrived_.push_back(std::move(arrived));
    news_.notify_all();
  }

  Apply apply_;
  Input input_;
  int most_, not_taken_ = 0;
  bool at_end_ = false;
  std::vector<mp::Arrived<int>> arrived_;
  std::condition_variable news_;
  std::shared_ptr<Guard> guard_ = std::make_shared<Guard>();
};

/// f of each x of the input, with at most `most` (1 or more) calls started whose results are not taken yet.
std::unique_ptr<Results> in_flight(Apply apply, Input input, int most) {
  return std::make_unique<InFlight>(std::move(apply), std::move(input), most);
}
