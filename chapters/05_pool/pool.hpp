#pragma once
/// \file
/// Workers that wait for tasks, and every way of giving them some.
///
/// \code
/// mp::Pool pool{4};
/// const auto squares = pool.map(mp::fn<square>, numbers);            // all of them, in order; blocks
/// const auto later = pool.apply_async(mp::fn<square>, 7);            // later.get()
/// for (int x : pool.imap_unordered(mp::fn<square>, numbers)) use(x);  // as they come
/// pool.close(), pool.join();  // or leave the scope: what is not done then is given up
/// \endcode

#include "05_pool/imap.hpp"

namespace mp {

/// How a map is cut into chunks: each travels as one message and is one task.
struct MapOptions {
  std::optional<long> chunksize = {};  ///< calls in a chunk; by default each worker gets four chunks, or, lazily, 1
  std::optional<long> lookahead = {};  ///< of a lazy map: chunks under way or not taken yet; by default 64 a worker
};

/// Worker processes that carry out tasks: calls that are picklable, with picklable results. They are forked when the
/// pool is made, so make it before you start threads.
///
/// A worker that dies is replaced, by spawn. The task that it had fails with WorkerDied, and nobody waits for ever. A
/// task's exception is rethrown here as what it was, or as RemoteError. Workers are daemons: they end with this
/// process, however it ends, and start no processes. Ctrl-C is left to it.
///
/// Every call may be made in any thread; those that make tasks throw std::logic_error once the pool is closed, then
/// PoolTerminated, and BrokenPool where its workers cannot start. Leaving its scope *terminates* it, as `with` does in
/// Python: close and join it, or have your results, before that; and never in a callback of its own.
///
/// \python{multiprocessing.Pool}
class Pool {
 public:
  /// Throws std::invalid_argument for less than one worker or options that make no sense, std::system_error.
  explicit Pool(int workers = cpu_count(), PoolOptions options = {})
      : crew_{std::make_shared<Crew>(workers, std::move(options))} {}
  Pool(const Pool&) = delete;
  ~Pool() { crew_->terminate(); }

  /// f(args…) in a worker. Blocks; returns what it returns and throws what it throws.
  /// \python{multiprocessing.pool.Pool.apply}
  template <class F, class... Args>
  auto apply(const F& f, const Args&... args) {
    return start_call<F, Kept<Args>...>({}, f, args...).get();
  }
  /// Does not block. \python{multiprocessing.pool.Pool.apply_async}
  template <class F, class... Args>
  auto apply_async(const F& f, const Args&... args) {
    return AsyncResult{start_call<F, Kept<Args>...>({}, f, args...).share()};
  }
  /// `apply_async({.callback = …}, f, args…)`
  template <class F, class... Args>
  auto apply_async(Callbacks<ResultOf<F, Kept<Args>...>> callbacks, const F& f, const Args&... args) {
    return AsyncResult{start_call<F, Kept<Args>...>(std::move(callbacks), f, args...).share()};
  }

  /// f of each element of a range, or of two ranges side by side until the shorter ends; the results in that order.
  /// `map(f, range, {.chunksize = 10})`. Blocks until *all* is done, and throws then if a call has thrown: the error
  /// that came first. The rest of its chunk was not called. Throws std::invalid_argument for a chunksize below 1.
  /// \python{multiprocessing.pool.Pool.map}
  template <class F, class A, class B = MapOptions>
  auto map(const F& f, A&& a, B&& b = {}, const MapOptions& options = {}) {
    return over(options, a, b, [&](auto& given, auto in) { return start_map({}, given, f, *in).get(); });
  }
  /// Does not block. \python{multiprocessing.pool.Pool.map_async}
  template <class F, class A, class B = MapOptions>
  auto map_async(const F& f, A&& a, B&& b = {}, const MapOptions& options = {}) {
    return over(options, a, b, [&](auto& given, auto in) { return AsyncResult{start_map({}, given, f, *in).share()}; });
  }
  /// f of the parts of each element, which is a tuple or a pair. \python{multiprocessing.pool.Pool.starmap}
  template <class F, std::ranges::input_range A>
  auto starmap(const F& f, A&& tuples, const MapOptions& options = {}) {
    return start_map({}, options, f, *together<true>(tuples)).get();
  }

  /// Does not block: the results are to be taken as they come, in order. Throws std::invalid_argument for a chunksize
  /// or lookahead below 1. \python{multiprocessing.pool.Pool.imap}
  template <class F, class A, class B = MapOptions>
  auto imap(const F& f, A&& a, B&& b = {}, const MapOptions& options = {}) {
    return over(options, std::forward<A>(a), std::forward<B>(b),
                [&](auto& given, auto in) { return start_imap(true, given, f, std::move(in)); });
  }
  /// Whichever is done first comes first. \python{multiprocessing.pool.Pool.imap_unordered}
  template <class F, class A, class B = MapOptions>
  auto imap_unordered(const F& f, A&& a, B&& b = {}, const MapOptions& options = {}) {
    return over(options, std::forward<A>(a), std::forward<B>(b),
                [&](auto& given, auto in) { return start_imap(false, given, f, std::move(in)); });
  }

  /// Takes no more tasks; the workers go when all is done. Does not block. \python{multiprocessing.pool.Pool.close}
  void close() { crew_->close(); }
  /// Ends the workers, by SIGTERM, whatever they are at, and waits for that; results that are not there will be
  /// PoolTerminated. Processes that tasks have started live on. \python{multiprocessing.pool.Pool.terminate}
  void terminate() { crew_->terminate(); }
  /// Blocks until all workers are gone. std::logic_error for a pool that is neither closed nor terminated, and in a
  /// callback. \python{multiprocessing.pool.Pool.join}
  void join() { crew_->join(); }

 private:
  template <bool spread, class... Ranges>
  static auto together(Ranges&&... ranges) {
    return std::make_shared<Together<spread, std::views::all_t<Ranges>...>>(
        std::views::all(std::forward<Ranges>(ranges))...);
  }
  /// Calls act(options, the ranges side by side). A braced list of options takes the place of the second range: that
  /// is what its default type is for.
  template <class A, class B>
  static auto over(const MapOptions& options, A&& a, B&& b, auto act) {
    if constexpr (std::same_as<std::decay_t<B>, MapOptions>)
      return act(b, together<false>(std::forward<A>(a)));
    else
      return act(options, together<false>(std::forward<A>(a), std::forward<B>(b)));
  }

  template <class F, class... Args>
  auto start_call(Callbacks<ResultOf<F, Args...>> callbacks, const F& f, const Args&... args) {
    using Result = ResultOf<F, Args...>;
    std::vector<std::tuple<Args...>> one{{args...}};
    return start(f, one, 1, std::make_shared<Promised<Result, Result>>(std::move(callbacks), 1));
  }

  template <class F, class Input, class Result = typename Calls<F, typename Input::Arguments>::Result>
  auto start_map(Callbacks<std::vector<Result>> callbacks, const MapOptions& options, const F& f, Input& in) {
    auto all = in.take();
    const long n = std::ssize(all), by_default = std::max(1L, default_chunksize(n, crew_->size));
    const long size = positive("chunksize", options.chunksize.value_or(by_default)),
               chunks = n / size + (n % size != 0);
    return start(f, all, size, std::make_shared<Promised<std::vector<Result>, Result>>(std::move(callbacks), chunks));
  }

  template <class F>
  auto start(const F& f, auto& all, long size, auto result) {
    std::vector<Job> jobs;
    for (auto from = all.begin(), to = from; from != all.end(); from = to) {
      to += std::min(size, all.end() - from);
      jobs.push_back({pack_chunk(f, std::vector(std::move_iterator{from}, std::move_iterator{to})),
                      [result, i = jobs.size()](const Outcome& outcome) { result->take(i, outcome); }});
    }
    crew_->add(std::move(jobs));
    return result->get_future();
  }

  template <class F, class Input, class Packed = Calls<F, typename Input::Arguments>>
  auto start_imap(bool in_order, const MapOptions& options, const F& f, std::shared_ptr<Input> in) {
    const long size = positive("chunksize", options.chunksize.value_or(1));
    const long lookahead = positive("lookahead", options.lookahead.value_or(64L * crew_->size));
    return Imap<typename Packed::Result>{crew_, in_order, lookahead, [=]() -> std::optional<Message> {
                                           auto chunk = in->take(size);
                                           if (chunk.empty()) return std::nullopt;
                                           return pack_chunk(f, chunk);
                                         }};
  }

  template <class F, class... Args>
  static Message pack_chunk(const F& f, const std::vector<std::tuple<Args...>>& chunk) {
    if constexpr (can_go_to_a_pool<F, ResultOf<F, Args...>, Args...>())
      return pack(Calls<F, std::tuple<Args...>>{}, f, chunk);
    else
      return {};  // the compiler has said why
  }

  static long positive(const char* name, long n) {
    if (n < 1) throw std::invalid_argument{fmt::format("{} must be 1 or more, not {}", name, n)};
    return n;
  }

  std::shared_ptr<Crew> crew_;
};

}  // namespace mp
