#pragma once
/// \file
/// A process that owns objects, for others to share.
///
/// \code
/// mp::Manager manager;
/// const auto ages = manager.make_dict<std::string, int>();
/// mp::Process worker{[=] { ages.set("Ada", 36); }};  // copies are handles of one dict
/// worker.start();
/// worker.join();
/// fmt::print("{}\n", ages.get("Ada"));
/// \endcode

#include "01_process/process.hpp"
#include "04_manager/collections.hpp"
#include "04_manager/sync.hpp"

namespace mp {

/// Starts a server, a process that owns objects, and makes objects there. What it returns are proxies: copy them into
/// other processes, send them through queues, put them into one another.
///
/// \death The server ends with this, whatever proxies there are, and with this process, even when that is killed. It is
/// forked here and now: make the manager before any threads. It is one of active_children(), and keeps nothing open
/// that its parent had but its output. Make no static one: threads have lines to it that end before statics do. It
/// ignores Ctrl-C, so that clients can come to their end.
///
/// \python{multiprocessing.Manager}
class Manager {
 public:
  /// Throws std::system_error where there is no room for a process, std::logic_error in a daemon.
  Manager();
  ~Manager();

  // ---- each makes an object in the server; they block for a message there and one back ----

  // clang-format off
  /// An empty mp::Dict. \python{multiprocessing.managers.SyncManager.dict}
  template <class K, class V> auto make_dict() const { return make<Dict<K, V>>(); }
  /// An mp::List of these. \python{multiprocessing.managers.SyncManager.list}
  template <class T> auto make_list(const std::vector<T>& values = {}) const { return make<List<T>>(values); }
  /// An mp::List of n values, each as `T{}`. \python{multiprocessing.managers.SyncManager.Array}
  template <class T> auto make_array(std::size_t n) const { return make<List<T>>(std::vector<T>(n)); }
  /// An mp::Cell. \python{multiprocessing.managers.SyncManager.Value}
  template <class T> auto make_value(const T& value = {}) const { return make<Cell<T>>(value); }
  /// An empty mp::Counter, which Python lacks.
  template <class K> auto make_counter() const { return make<Counter<K>>(); }
  /// An mp::ThreadQueue of at most `maxsize`, or without a limit. \python{multiprocessing.managers.SyncManager.Queue}
  template <class T> auto make_queue(int maxsize = 0) const { return make<ThreadQueue<T>>(maxsize); }
  /// The same: they all can be joined. \python{multiprocessing.managers.SyncManager.JoinableQueue}
  template <class T> auto make_joinable_queue(int maxsize = 0) const { return make_queue<T>(maxsize); }
  // clang-format on
  /// An empty mp::Namespace. \python{multiprocessing.managers.SyncManager.Namespace}
  auto make_namespace() const { return make<Namespace>(); }
  /// An mp::SessionLock. \python{multiprocessing.managers.SyncManager.Lock}
  auto make_lock() const { return make<SessionLock>(); }
  /// The same, which its holder may take again. \python{multiprocessing.managers.SyncManager.RLock}
  auto make_rlock() const { return make<SessionLock>(true); }
  /// Chapter 03's mp::Semaphore, served. \python{multiprocessing.managers.SyncManager.Semaphore}
  auto make_semaphore(int units) const { return make<Served<Semaphore>>(units); }
  /// Chapter 03's mp::BoundedSemaphore, served. \python{multiprocessing.managers.SyncManager.BoundedSemaphore}
  auto make_bounded_semaphore(int units) const { return make<Served<BoundedSemaphore>>(units); }
  /// An mp::SessionLock: each has a condition. \python{multiprocessing.managers.SyncManager.Condition}
  auto make_condition() const { return make<SessionLock>(); }
  /// Chapter 03's mp::Event, served. \python{multiprocessing.managers.SyncManager.Event}
  auto make_event() const { return make<Served<Event>>(); }
  /// Chapter 03's mp::Barrier, served. \python{multiprocessing.managers.SyncManager.Barrier}
  auto make_barrier(int parties) const { return make<Served<Barrier>>(parties); }

  /// An object of a type of your own, made there from these arguments; its destructor must not call the manager. There
  /// is nothing to register: name its methods in MP_METHODS, or use Proxy::call.
  /// \python{multiprocessing.managers.BaseManager.register}
  template <class T, class... Args>
  Proxy<T> make(const Args&... args) const {
    (refuse<Offender<Kept<Args>, Crossing::anywhere>>(), ...);
    using Made = std::pair<ObjectId, Descriptor>;
    auto [id, reference] = unpickled<Made>(ask(address_, pack(Make<T>{}, Kept<Args>(args)...)));
    return {address_, id, std::move(reference)};
  }

  /// Where the server listens: an abstract socket, for processes of this user on this machine.
  /// \python{multiprocessing.managers.BaseManager.address}
  const std::string& address() const { return address_; }
  /// Ends the server; blocks until it is over. What lived there is gone, without a destructor being called. A second
  /// time it does nothing. \python{multiprocessing.managers.BaseManager.shutdown}
  void shutdown() { server_.kill(), server_.join(); }

 private:
  std::string address_;
  Process server_{[] {}};
};

}  // namespace mp
