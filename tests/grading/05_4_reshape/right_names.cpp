// Acts by their names, in a table that is part of the program; codecs by hand; results as they come.
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

using Act = double (*)(double x, const std::vector<double>& with);

/// Part of the program, and so the same in all processes that run it.
const std::map<std::string, Act>& acts() {
  static const std::map<std::string, Act> all{
      {"add", [](double x, const std::vector<double>& with) { return add(x, with.at(0)); }},
      {"multiply", [](double x, const std::vector<double>& with) { return multiply(x, with.at(0)); }},
      {"cut", [](double x, const std::vector<double>& with) { return cut(x, with.at(0), with.at(1)); }}};
  return all;
}

/// Does one thing with each value.
class Handler {
 public:
  Handler(std::string name, double most, const std::string& act, std::vector<double> with)
      : name_{std::move(name)}, most_{most}, act_{act}, run_{acts().at(act)}, with_{std::move(with)} {}

  const std::string& name() const { return name_; }
  double handle(double x) const {
    const double value = run_(x, with_);
    if (value > most_) throw std::out_of_range{name_ + ": that is too much"};
    return value;
  }

 private:
  friend mp::Codec<Handler>;
  std::string name_;
  double most_;
  std::string act_;
  Act run_;  // found again by its name, wherever we arrive
  std::vector<double> with_;
};
template <>
struct mp::Codec<Handler> {
  using parts = std::tuple<std::string, double, std::string, std::vector<double>>;
  static void encode(Encoder& out, const Handler& h) { mp::encode(out, parts{h.name_, h.most_, h.act_, h.with_}); }
  static Handler decode(Decoder& in) { return std::make_from_tuple<Handler>(mp::decode<parts>(in)); }
};

Handler adds(std::string name, double most, double by) { return {std::move(name), most, "add", {by}}; }
Handler multiplies(std::string name, double most, double by) { return {std::move(name), most, "multiply", {by}}; }
Handler cuts(std::string name, double most, double low, double high) {
  return {std::move(name), most, "cut", {low, high}};
}

/// Sends a value through all its handlers, one after the other, and what comes out through all of them again.
class Runner {
 public:
  Runner(std::string name, double start, int rounds, std::vector<Handler> handlers)
      : name_{std::move(name)}, start_{start}, rounds_{rounds}, handlers_{std::move(handlers)} {}

  void run(Report& report, Counts& counts) const try {
    report.runner = name_;
    double x = start_;
    for (int round = 0; round < rounds_; ++round)
      for (const Handler& handler : handlers_) {
        ++counts[handler.name()];
        report.lines.push_back({handler.name(), x = handler.handle(x)});
      }
  } catch (const std::exception& error) {
    report.error = error.what();
  }

 private:
  friend mp::Codec<Runner>;
  std::string name_;
  double start_;
  int rounds_;
  std::vector<Handler> handlers_;
};
template <>
struct mp::Codec<Runner> {
  using parts = std::tuple<std::string, double, int, std::vector<Handler>>;
  static void encode(Encoder& out, const Runner& r) {
    mp::encode(out, parts{r.name_, r.start_, r.rounds_, r.handlers_});
  }
  static Runner decode(Decoder& in) { return std::make_from_tuple<Runner>(mp::decode<parts>(in)); }
};

Runner runs(std::string name, double start, int rounds, std::vector<Handler> handlers) {
  return {std::move(name), start, rounds, std::move(handlers)};
}

using Ran = std::tuple<std::size_t, Report, Counts>;
Ran run(std::size_t place, const Runner& runner) {
  Ran ran{place, {}, {}};
  runner.run(std::get<1>(ran), std::get<2>(ran));
  return ran;
}

/// Has the pool's workers run them all.
Results run_all(mp::Pool& pool, const std::vector<Runner>& runners) {
  std::vector<std::size_t> places(runners.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  Results all{std::vector<Report>(runners.size()), {}};
  for (auto& [place, report, counts] : pool.imap_unordered(mp::fn<run>, places, runners)) {
    all.reports[place] = std::move(report);
    for (const auto& [name, n] : counts) all.counts[name] += n;
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
