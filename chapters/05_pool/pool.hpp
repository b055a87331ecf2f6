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

#include "common/pickle/task.hpp"  // first: a compiler that refuses a task names the files on the way to this one

#include "05_pool/imap.hpp"

namespace mp {

/// How a map is cut into chunks: each travels as one message and is one task. \python{multiprocessing.pool.Pool.map}
struct MapOptions {
  std::optional<long> chunksize = {};  ///< calls in a chunk; by default each worker gets four chunks, or, lazily, 1
  std::optional<long> lookahead = {};  ///< of a lazy map: chunks under way or not taken yet; by default 64 a worker
};

/// Worker processes that carry out tasks: calls that are picklable, with picklable results. They are forked when the
/// pool is made, so make it before you start threads.
///
/// \death A worker that dies is replaced, by spawn. The task that it had fails with WorkerDied, and nobody waits for
/// ever. A task's exception is rethrown here as what it was, or as RemoteError. Workers are daemons: they end with this
/// process, however it ends, and start no processes. Ctrl-C is left to it.
///
/// \threads Every call may be made in any thread, but for those that block in a callback; those that make tasks throw
/// std::logic_error once the pool is closed, then PoolTerminated, and BrokenPool where its workers cannot start.
/// Leaving its scope *terminates* it, as `with` does in Python: close and join it, or have your results, before that;
/// and never in a callback of its own.
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
    return apply_async({}, f, args...).get();
  }
  /// Does not block. \python{multiprocessing.pool.Pool.apply_async}
  template <class F, class... Args>
  auto apply_async(const F& f, const Args&... args) {
    return apply_async({}, f, args...);
  }
  /// `apply_async({.callback = …}, f, args…)`
  template <class F, class... Args, class Result = ResultOf<F, Kept<Args>...>>
  auto apply_async(Callbacks<ResultOf<F, Kept<Args>...>> callbacks, const F& f, const Args&... args) {
    Calls<F, std::tuple<Kept<Args>...>>::refuse_what_cannot_go();
    return AsyncResult{
        start<Result>(std::move(callbacks), f, std::vector{std::tuple<Kept<Args>...>{args...}}, 1).share()};
  }

  /// f of each element of a range, or of up to three ranges side by side until the shortest ends; the results in that
  /// order. `map(f, range, {.chunksize = 10})`. Blocks until *all* is done, and throws then if a call has thrown: the
  /// error that came first. The rest of its chunk was not called. Throws std::invalid_argument for a chunksize below 1.
  /// \python{multiprocessing.pool.Pool.map}
  template <class F, class A, class B = MapOptions, class C = MapOptions>
  auto map(const F& f, A&& a, B&& b = {}, C&& c = {}, const MapOptions& options = {}) {
    return over<F>([&](auto& given, auto in) { return start_map({}, given, f, in->take()).get(); }, options,
                   std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
  }
  /// Does not block. \python{multiprocessing.pool.Pool.map_async}
  template <class F, class A, class B = MapOptions, class C = MapOptions>
  auto map_async(const F& f, A&& a, B&& b = {}, C&& c = {}, const MapOptions& options = {}) {
    return over<F>([&](auto& given, auto in) { return AsyncResult{start_map({}, given, f, in->take()).share()}; },
                   options, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
  }
  /// `map_async({.callback = …}, f, range)`
  template <class F, class A>
  auto map_async(Callbacks<std::vector<ResultOf<F, std::ranges::range_value_t<A>>>> callbacks, const F& f, A&& a,
                 const MapOptions& options = {}) {
    return AsyncResult{start_map(std::move(callbacks), options, f, together<F>(std::forward<A>(a))->take()).share()};
  }
  /// f of the parts of each element, which is a tuple or a pair. \python{multiprocessing.pool.Pool.starmap}
  template <class F, std::ranges::input_range A>
  auto starmap(const F& f, A&& tuples, const MapOptions& options = {}) {
    std::vector<decltype(std::tuple{std::declval<std::ranges::range_value_t<A>>()})> all;
    std::ranges::copy(tuples, std::back_inserter(all));
    return start_map({}, options, f, std::move(all)).get();
  }

  /// Does not block: the results are to be taken as they come, in order. Throws std::invalid_argument for a chunksize
  /// or lookahead below 1. \python{multiprocessing.pool.Pool.imap}
  template <class F, class A, class B = MapOptions, class C = MapOptions>
  auto imap(const F& f, A&& a, B&& b = {}, C&& c = {}, const MapOptions& options = {}) {
    return over<F>(imap_of(true, f), options, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
  }
  /// Whichever is done first comes first. \python{multiprocessing.pool.Pool.imap_unordered}
  template <class F, class A, class B = MapOptions, class C = MapOptions>
  auto imap_unordered(const F& f, A&& a, B&& b = {}, C&& c = {}, const MapOptions& options = {}) {
    return over<F>(imap_of(false, f), options, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
  }

  /// Takes no more tasks; the workers go when all is done. Does not block. \python{multiprocessing.pool.Pool.close}
  void close() { crew_->close(); }
  /// Ends the workers, by SIGTERM, whatever they are at, and waits for that; results that are not there will be
  /// PoolTerminated. Processes that tasks have started live on. \python{multiprocessing.pool.Pool.terminate}
  void terminate() { crew_->terminate(); }
  /// \blocks until all workers are gone. std::logic_error for a pool that is neither closed nor terminated, and in a
  /// callback. \python{multiprocessing.pool.Pool.join}
  void join() { crew_->join(); }

 private:
  template <class F, class Arguments, class Result = typename Calls<F, Arguments>::Result>
  auto start_map(Callbacks<std::vector<Result>> callbacks, const MapOptions& options, const F& f,
                 std::vector<Arguments> all) {
    const long by_default = std::max(1L, default_chunksize(std::ssize(all), crew_->size));
    return start<Result>(std::move(callbacks), f, std::move(all),
                         at_least_one("chunksize", options.chunksize.value_or(by_default)));
  }

  template <class Result, class T>
  std::future<T> start(Callbacks<T> callbacks, const auto& f, auto all, long size) {
    const long n = std::ssize(all), chunks = n / size + (n % size != 0);
    const auto result = std::make_shared<Promised<T, Result>>(std::move(callbacks), chunks);
    std::vector<Job> jobs;
    for (auto from = all.begin(), to = from; from != all.end(); from = to) {
      to += std::min(size, all.end() - from);
      jobs.push_back({*pack_chunk(f, std::vector(std::move_iterator{from}, std::move_iterator{to})),
                      [result, i = jobs.size()](const Outcome& outcome) { result->take(i, outcome); }});
    }
    crew_->add(jobs);
    return result->get_future();
  }

  template <class F>
  auto imap_of(bool in_order, const F& f) {
    return [=, this](const MapOptions& options, auto in) {
      const long size = at_least_one("chunksize", options.chunksize.value_or(1));
      const long lookahead = at_least_one("lookahead", options.lookahead.value_or(64L * crew_->size));
      using Packed = Calls<F, typename decltype(in)::element_type::Arguments>;
      return Imap<typename Packed::Result>{crew_, in_order, lookahead, [=] { return pack_chunk(f, in->take(size)); }};
    };
  }

  /// Nothing for no calls.
  template <class F, class... Args>
  static std::optional<Message> pack_chunk(const F& f, const std::vector<std::tuple<Args...>>& chunk) {
    if constexpr ((Picklable<F> && ... && Picklable<Args>))
      if (!chunk.empty()) return pack(Calls<F, std::tuple<Args...>>{}, f, chunk);
    return std::nullopt;  // or the compiler has said why
  }

  std::shared_ptr<Crew> crew_;
};

}  // namespace mp
