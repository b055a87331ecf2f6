// Wrong: takes the most that may come out for too much.
// loses: errors
// says: no error
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "02_pipe_queue/queue.hpp"
#include "03_lock_value/value.hpp"
#include "05_pool/pool.hpp"
#include "common/type_name.hpp"

// What it works with, and what its users see; leave that as it is.

/// The work itself. Somebody else has written it, it takes long, and it may throw a std::exception of any type.
double add(double x, double by);
double multiply(double x, double by);
double cut(double x, double low, double high);  ///< x, or the bound that it is beyond

/// What one handler has made of a value.
struct Line {
  std::string handler;
  double value = 0;
};
template <>
inline constexpr auto mp::fields<Line> = std::tuple{&Line::handler, &Line::value};

/// What has come of one run.
struct Report {
  std::string runner;
  std::vector<Line> lines = {};  ///< of its handlers, one after the other, up to the first that threw
  std::string error = {};        ///< what() of that error; empty if none threw
};
template <>
inline constexpr auto mp::fields<Report> = std::tuple{&Report::runner, &Report::lines, &Report::error};

/// How often handlers were called, by their names. A call that threw counts, too.
using Counts = std::map<std::string, long>;

struct Results {
  std::vector<Report> reports;  ///< in the order of the runners
  Counts counts;                ///< of all runs together
};

enum class Act { add, multiply, cut };

/// Does one thing with each value. What it does has a name, which means the same in every process.
struct Handler {
  std::string name;
  double most = 0;  ///< if more comes out, it throws
  Act act = Act::add;
  double a = 0, b = 0;

  double handle(double x) const {
    const double value = made_of(x);
    if (value >= most) throw std::out_of_range{name + ": that is too much"};
    return value;
  }

 private:
  double made_of(double x) const {
    switch (act) {
      case Act::add:
        return add(x, a);
      case Act::multiply:
        return multiply(x, a);
      case Act::cut:
        return cut(x, a, b);
    }
    throw std::logic_error{"there is no such act"};
  }
};
template <>
inline constexpr auto mp::fields<Handler> =
    std::tuple{&Handler::name, &Handler::most, &Handler::act, &Handler::a, &Handler::b};

Handler adds(std::string name, double most, double by) { return {std::move(name), most, Act::add, by}; }
Handler multiplies(std::string name, double most, double by) { return {std::move(name), most, Act::multiply, by}; }
Handler cuts(std::string name, double most, double low, double high) {
  return {std::move(name), most, Act::cut, low, high};
}

/// What a worker sends back of one run: its own counts too, for nobody sees its memory.
using Ran = std::pair<Report, Counts>;

/// Sends a value through all its handlers, one after the other, and what comes out through all of them again.
struct Runner {
  std::string name;
  double start = 0;
  int rounds = 0;
  std::vector<Handler> handlers;

  Ran run() const {
    Ran ran{{name}, {}};
    try {
      go(ran);
    } catch (const std::exception& error) {  // here, in the worker: what was there before it must come home as well
      ran.first.error = error.what();
    }
    return ran;
  }

 private:
  void go(Ran& ran) const {
    double x = start;
    for (int round = 0; round < rounds; ++round)
      for (const Handler& handler : handlers) {
        ++ran.second[handler.name];
        x = handler.handle(x);
        ran.first.lines.push_back({handler.name, x});
      }
  }
};
template <>
inline constexpr auto mp::fields<Runner> =
    std::tuple{&Runner::name, &Runner::start, &Runner::rounds, &Runner::handlers};

Runner runs(std::string name, double start, int rounds, std::vector<Handler> handlers) {
  return {std::move(name), start, rounds, std::move(handlers)};
}

Ran run(const Runner& runner) { return runner.run(); }

/// Has the pool's workers run them all.
Results run_all(mp::Pool& pool, const std::vector<Runner>& runners) {
  Results all;
  for (Ran& ran : pool.map(mp::fn<run>, runners, {.chunksize = 1})) {
    all.reports.push_back(std::move(ran.first));
    for (const auto& [name, n] : ran.second) all.counts[name] += n;
  }
  return all;
}

// What the checks use; leave that as it is.

/// Makes handlers and runners, for those who do not know your types.
struct Bench {
  using Bytes = std::vector<std::byte>;
  virtual ~Bench() = default;
  virtual void adds(const std::string& name, double most, double by) = 0;
  virtual void multiplies(const std::string& name, double most, double by) = 0;
  virtual void cuts(const std::string& name, double most, double low, double high) = 0;
  virtual void runs(const std::string& name, double start, int rounds) = 0;  ///< has the handlers that were made last
  virtual Results run_all(int workers, mp::StartBy start) = 0;  ///< by a pool that is made after the runners
  virtual std::string what_stops_a_handler() const = 0;         ///< the type that keeps it here; empty if it can go
  virtual std::string what_stops_a_runner() const = 0;
  virtual Bytes bytes() const = 0;          ///< all runners, as a message
  virtual void replace(Bytes message) = 0;  ///< the runners, by those in the message
};

namespace {

template <class T, class Stopped = mp::Offender<T, mp::Crossing::anywhere>>
std::string what_stops() {
  return std::is_void_v<Stopped> ? "" : mp::demangled(typeid(Stopped).name());
}
template <class T>
Bench::Bytes bytes_of(const T& value) {
  if constexpr (mp::Picklable<T>) return mp::pickled(value).bytes;
  return {};
}
template <class T>
void replace_by(T& value, Bench::Bytes bytes) {
  if constexpr (mp::Picklable<T>) value = mp::unpickled<T>(mp::Message{std::move(bytes), {}});
}

class YourBench : public Bench {
 public:
  void adds(const std::string& name, double most, double by) override { handlers_.push_back(::adds(name, most, by)); }
  void multiplies(const std::string& name, double most, double by) override {
    handlers_.push_back(::multiplies(name, most, by));
  }
  void cuts(const std::string& name, double most, double low, double high) override {
    handlers_.push_back(::cuts(name, most, low, high));
  }
  void runs(const std::string& name, double start, int rounds) override {
    runners_.push_back(::runs(name, start, rounds, std::exchange(handlers_, {})));
  }
  Results run_all(int workers, mp::StartBy start) override {
    mp::Pool pool{workers, {.start = start}};
    return ::run_all(pool, runners_);
  }
  std::string what_stops_a_handler() const override { return what_stops<Handler>(); }
  std::string what_stops_a_runner() const override { return what_stops<Runner>(); }
  Bytes bytes() const override { return bytes_of(runners_); }
  void replace(Bytes message) override { replace_by(runners_, std::move(message)); }

 private:
  std::vector<Handler> handlers_;
  std::vector<Runner> runners_;
};

}  // namespace

std::unique_ptr<Bench> bench() { return std::make_unique<YourBench>(); }
