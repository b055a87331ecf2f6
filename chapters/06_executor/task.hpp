#pragma once
/// \file
/// A call to make, and the future of what comes of it.

#include "05_pool/chunk.hpp"
#include "06_executor/future.hpp"

namespace mp {

/// What an Executor is given. One that is destroyed before it is done is cancelled: so nobody waits for it for ever.
class Task {
 public:
  virtual ~Task() = default;
  virtual bool begin() = 0;                    ///< before anything else, by each who has it; false: it is cancelled
  virtual void run() = 0;                      ///< here and now, or:
  virtual Message packed() = 0;                ///< what to send, once; throws what the codecs throw; and
  virtual void take(const Outcome& came) = 0;  ///< what came back
};

/// What f(args…) gives, with the arguments as they are kept.
template <class F, class... Args>
using CallResult = std::remove_cvref_t<std::invoke_result_t<F, Kept<Args>...>>;

template <class F, class... Args>
class CallTask final : public Task {
 public:
  using Result = std::remove_cvref_t<std::invoke_result_t<F, Args...>>;
  template <class... Given>
  CallTask(std::shared_ptr<Staff> staff, F f, Given&&... given)
      : state_{std::make_shared<ResultState<Result>>(std::move(staff))},
        call_{std::in_place, std::move(f), std::forward<Given>(given)...} {}
  ~CallTask() override { state_->abandon(); }

  Future<Result> future() const { return Future<Result>{state_}; }
  bool begin() override { return state_->begin(); }
  void run() override {
    state_->finish([&] { return outcome(); });
  }
  Message packed() override {
    if constexpr ((Picklable<F> && ... && Picklable<Args>)) {
      const auto call = *std::exchange(call_, std::nullopt);  // what it was given is in the message now
      return std::apply([](const auto&... parts) { return pack(parts...); }, call);
    } else {
      throw std::logic_error{"this call cannot go to another process"};  // or the compiler has said so
    }
  }
  void take(const Outcome& came) override {
    state_->finish([&]() -> Came {
      if (const auto* error = std::get_if<std::exception_ptr>(&came)) return *error;
      if constexpr (std::is_void_v<Result>)
        return std::monostate{};
      else if constexpr (Picklable<Result>)
        return decode<Result>(*std::get<Decoder*>(came));
      else
        throw std::logic_error{"this result cannot come from another process"};
    });
  }

 private:
  using Came = typename ResultState<Result>::Came;
  Came outcome() {
    auto call = *std::exchange(call_, std::nullopt);  // nor does it outlive the call
    if constexpr (std::is_void_v<Result>)
      return std::apply(Call<F, Args...>::invoke, std::move(call)), std::monostate{};
    else
      return Came{std::in_place_index<0>, std::apply(Call<F, Args...>::invoke, std::move(call))};
  }

  std::shared_ptr<ResultState<Result>> state_;
  std::optional<std::tuple<F, Args...>> call_;
};

}  // namespace mp
