// Wrong: looks whether there is a result before it has the mutex: a data race, though nothing goes wrong here.
// loses: results
// says: the thread sanitizer saw a data race
// racy: yes
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

  std::optional<int> next() override {
    start_more();
    if (not_taken_ == 0) return std::nullopt;
    const auto arrived = arrivals_->take();
    --not_taken_;
    if (const auto* error = std::get_if<std::exception_ptr>(&arrived)) std::rethrow_exception(*error);
    return std::get<int>(arrived);
  }

 private:
  /// The callbacks share it with us: it goes with the last of all.
  class Arrivals {
   public:
    void add(mp::Arrived<int> arrived) {
      const std::scoped_lock lock{mutex_};
      all_.push_back(std::move(arrived));
      news_.notify_one();  // matches the wait in take
    }
    mp::Arrived<int> take() {
      const bool is_there = !all_.empty();
      std::unique_lock lock{mutex_};
      if (!is_there) news_.wait(lock, [this] { return !all_.empty(); });
      auto first = std::move(all_.front());
      all_.pop_front();
      return first;
    }

   private:
    std::mutex mutex_;
    std::condition_variable news_;
    std::deque<mp::Arrived<int>> all_;
  };

  /// Holds no lock while it waits for input.
  void start_more() {
    while (input_ && not_taken_ < most_) {
      const auto x = input_();
      if (!x) {
        input_ = nullptr;
        return;
      }
      ++not_taken_;
      apply_({.callback = [all = arrivals_](int result) { all->add(result); },
              .error_callback = [all = arrivals_](const std::exception_ptr& error) { all->add(error); }},
             *x);
    }
  }

  Apply apply_;
  Input input_;  // null at its end
  int most_;
  int not_taken_ = 0;  // calls that were started: only the taker's thread knows it, so it needs no lock
  std::shared_ptr<Arrivals> arrivals_ = std::make_shared<Arrivals>();
};

/// f of each x of the input, with at most `most` (1 or more) calls started whose results are not taken yet.
std::unique_ptr<Results> in_flight(Apply apply, Input input, int most) {
  return std::make_unique<InFlight>(std::move(apply), std::move(input), most);
}
