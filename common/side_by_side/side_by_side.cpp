#include "common/side_by_side/side_by_side.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/learn/options.hpp"
#include "common/learn/python.hpp"
#include "common/learn/show.hpp"
#include "common/learn/terminal.hpp"
#include "common/machine.hpp"

namespace mp {

const Round& Measured::typical() const {
  std::vector<const Round*> by_wall;
  for (const Round& round : rounds) by_wall.push_back(&round);
  std::sort(by_wall.begin(), by_wall.end(), [](auto* a, auto* b) { return a->wall_seconds < b->wall_seconds; });
  return *by_wall[by_wall.size() / 2];
}

double Measured::spread() const {
  const auto [fastest, slowest] = std::minmax_element(rounds.begin(), rounds.end(),
                                                      [](auto& a, auto& b) { return a.wall_seconds < b.wall_seconds; });
  return (slowest->wall_seconds - fastest->wall_seconds) / std::max(typical().wall_seconds, 1e-9);
}

bool Comparison::compares() const {
  const auto can = [](const Measured& m) { return m.variant.kind == Kind::serial || m.variant.operations > 0; };
  return std::ranges::any_of(variants, can);
}

double Comparison::speedup(const Measured& m) const {
  const auto serial =
      std::find_if(variants.begin(), variants.end(), [](auto& v) { return v.variant.kind == Kind::serial; });
  if (serial == variants.end()) return 1;
  return serial->typical().wall_seconds / std::max(m.typical().wall_seconds, 1e-9);
}

struct SideBySide::State {
  Comparison result;
  std::vector<std::function<std::string()>> bodies;
  std::optional<std::string> expected;
  Seconds limit{60};
  Options options;

  void measure_rounds();
  void judge();
};

/// Round by round, not variant by variant: a slow moment of the machine hits all alike.
void SideBySide::State::measure_rounds() {
  for (int round = 1; round <= options.rounds; ++round)
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      Measured& m = result.variants[i];
      if (m.variant.wrong_on_purpose && round > 1) continue;
      show_progress(fmt::format("  measuring {}, round {} of {} …", m.variant.name, round, options.rounds));
      m.rounds.push_back(measure(bodies[i], limit * options.patience));
    }
  clear_progress();
}

void SideBySide::State::judge() {
  const std::string right = expected.value_or(result.variants.front().typical().answer);
  const bool known = expected || result.variants.front().typical().finished;
  const auto is_right = [&](const Round& round) { return round.answer == right; };
  for (Measured& m : result.variants) m.correct = known && std::ranges::all_of(m.rounds, is_right);
}

SideBySide::SideBySide(int argc, char** argv, std::string chapter, std::string program)
    : state_{std::make_unique<State>()} {
  state_->result.chapter = std::move(chapter);
  state_->result.program = std::move(program);
  state_->result.cpus = cpu_count();
  state_->options = options_of(state_->result, argc, argv);
}
SideBySide::~SideBySide() = default;

int SideBySide::workers() const { return state_->options.workers; }
long SideBySide::scaled(long quick, long full) const { return state_->options.scale == "full" ? full : quick; }
Seconds SideBySide::patience(Seconds limit) const { return limit * state_->options.patience; }
void SideBySide::workload(std::string text) { state_->result.workload = std::move(text); }
void SideBySide::across(std::string axis) { state_->result.axis = std::move(axis); }
void SideBySide::expect(std::string answer) { state_->expected = std::move(answer); }
void SideBySide::limit(Seconds most) { state_->limit = most; }

void SideBySide::add(Variant variant, std::function<std::string()> body) {
  state_->result.variants.push_back({std::move(variant), {}, false});
  state_->bodies.push_back(std::move(body));
}

int SideBySide::report() {
  State& s = *state_;
  try {
    const auto guess = s.options.predict ? ask_for_guess(s.result) : std::nullopt;
    s.measure_rounds();
    if (s.options.python) add_python_rows(s.result, s.options.scale, s.options.workers);
    s.judge();
    show(s.result, s.options, guess);
  } catch (const std::exception& error) {
    clear_progress();
    fmt::print(stderr, "{} · {}: {}\n", s.result.chapter, s.result.program, error.what());
    return 1;
  }
  const auto as_meant = [](const Measured& m) { return m.correct || m.variant.wrong_on_purpose; };
  return std::ranges::all_of(s.result.variants, as_meant) ? 0 : 1;
}

}  // namespace mp
