#pragma once
/// \file
/// Results as they come, while the rest is still being computed.

#include <condition_variable>
#include <map>

#include "05_pool/chunk.hpp"

namespace mp {

/// The results of a lazy map, for one thread to take. It reads its input as it goes: no more chunks than `lookahead`
/// are under way or waiting to be taken, so an endless range will do, and memory stays flat. Python reads all of the
/// input at once. Ranges that were passed as lvalues must outlive it.
/// \python{multiprocessing.pool.Pool.imap}
template <class R>
class Imap {
 public:
  /// `next_call` packs the next chunk, or says that there is none.
  Imap(std::shared_ptr<Crew> crew, bool in_order, long lookahead, std::function<std::optional<Message>()> next_call)
      : crew_{std::move(crew)}, in_order_{in_order}, lookahead_{lookahead}, next_call_{std::move(next_call)} {
    look_ahead();
  }

  /// \blocks until the next result is there; nothing at the end. What a call has thrown is thrown at the place
  /// of its chunk, which is lost with it, and then you can go on. What the input throws, or a pool that is closed while
  /// input is left, is thrown at its place as well, and is the end.
  std::optional<R> next() {
    while (at_ == chunk_.size()) {
      look_ahead();
      if (taken_ == sent_) return std::nullopt;
      std::unique_lock lock{arrivals_->mutex};
      auto& chunks = arrivals_->chunks;
      arrivals_->news.wait(lock, [&] { return in_order_ ? chunks.contains(taken_) : !chunks.empty(); });
      auto arrived = chunks.extract(chunks.begin());
      ++taken_;
      if (const auto* error = std::get_if<std::exception_ptr>(&arrived.mapped())) std::rethrow_exception(*error);
      chunk_ = std::get<std::vector<R>>(std::move(arrived.mapped()));
      at_ = 0;
    }
    return R(std::move(chunk_[at_++]));
  }

  /// Takes the first: blocks, and throws, as `next` does.
  ResultIterator<Imap> begin() { return {this, next()}; }
  /// Where `next` gives nothing.
  std::default_sentinel_t end() const { return {}; }

 private:
  struct Arrivals {
    std::mutex mutex;
    std::condition_variable news;
    std::map<long, Arrived<std::vector<R>>> chunks;
  };

  /// What goes wrong is found at its place, and is the last.
  void look_ahead() try {
    while (next_call_ && sent_ < taken_ + lookahead_) {
      auto call = next_call_();
      if (!call) return void(next_call_ = nullptr);
      Job job{std::move(*call), [arrivals = arrivals_, i = sent_](const Outcome& outcome) {
                const std::scoped_lock lock{arrivals->mutex};
                arrivals->chunks.emplace(i, read<std::vector<R>>(outcome));
                arrivals->news.notify_one();  // matches the wait in next
              }};
      crew_->add({&job, 1});
      ++sent_;
    }
  } catch (...) {
    const std::scoped_lock lock{arrivals_->mutex};
    arrivals_->chunks.emplace(sent_++, std::current_exception());
    next_call_ = nullptr;
  }

  std::shared_ptr<Crew> crew_;
  bool in_order_;
  long lookahead_;
  std::function<std::optional<Message>()> next_call_;  // null at the end
  std::shared_ptr<Arrivals> arrivals_ = std::make_shared<Arrivals>();
  long sent_ = 0, taken_ = 0;  // chunks
  std::vector<R> chunk_;       // the one being given out
  std::size_t at_ = 0;
};

}  // namespace mp
