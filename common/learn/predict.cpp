#include "common/learn/predict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <stdexcept>

#include "common/learn/show.hpp"

namespace mp {
namespace {

std::optional<std::size_t> asked_about(const Comparison& comparison) {
  const auto& all = comparison.variants;
  const auto fits = [](const Measured& m) { return m.variant.kind != Kind::serial && !m.variant.wrong_on_purpose; };
  const auto processes = [&](const Measured& m) { return fits(m) && m.variant.kind == Kind::processes; };
  auto found = std::find_if(all.begin(), all.end(), processes);
  if (found == all.end()) found = std::find_if(all.begin(), all.end(), fits);
  if (!comparison.axis.empty() || !comparison.compares() || found == all.end()) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

bool is_per_operation(const Measured& m) { return m.variant.operations > 0; }

double number_from(const std::string& line) {
  try {
    std::size_t used = 0;
    const double number = std::stod(line, &used);
    if (std::isfinite(number) && number >= 0 && line.find_first_not_of(" \t\r", used) == std::string::npos)
      return number;
  } catch (const std::logic_error&) {
    // it was no number
  }
  throw std::runtime_error{fmt::format("--predict: '{}' is no number. Type one, such as 1.5", line)};
}

}  // namespace

std::optional<Guess> ask_for_guess(const Comparison& comparison) {
  const auto which = asked_about(comparison);
  if (!which) {
    fmt::print("There is nothing to guess here that one number would tell.\n");
    return std::nullopt;
  }
  const Measured& m = comparison.variants[*which];
  if (is_per_operation(m))
    fmt::print("How many microseconds will one operation of '{}' take? ", m.variant.name);
  else
    fmt::print("How many times faster than '{}' will '{}' be? ", comparison.variants.front().variant.name,
               m.variant.name);
  std::fflush(stdout);
  std::string line;
  std::getline(std::cin, line);
  return Guess{*which, number_from(line)};
}

std::string compared(const Guess& guess, const Comparison& comparison) {
  const Measured& m = comparison.variants[guess.variant];
  if (is_per_operation(m)) {
    const auto quicker = [](const Measured& a, const Measured& b) { return each(a) < each(b); };
    const auto& least = *std::min_element(comparison.variants.begin(), comparison.variants.end(), quicker);
    return fmt::format("  your guess  {}\n  the run     {}\n  the least   {}, by '{}'\n",
                       time_text(1e-6 * guess.number), time_text(each(m)), time_text(each(least)), least.variant.name);
  }
  const int bound = std::min(m.variant.workers, comparison.cpus);
  return fmt::format(
      "  your guess  {:.2f} times faster\n  the run     {:.2f}\n  the bound   {}: {} workers, {} processors\n",
      guess.number, comparison.speedup(m), bound, m.variant.workers, comparison.cpus);
}

}  // namespace mp
