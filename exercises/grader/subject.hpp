#pragma once
/// \file
/// The half of an exercise's checks that lives in the submission's own program: scenarios that call
/// the learner's functions and report what came of it. Whether that is right is decided elsewhere,
/// in a process the submission cannot reach.

#include <string>
#include <vector>

#include "common/pickle/codec.hpp"

namespace grader {

/// Tells the judge something, from any process of the scenario. Never blocks for long.
void report_bytes(const std::string& key, const mp::Message& value);

template <mp::Picklable T>
void report(const std::string& key, const T& value) {
  mp::Encoder out;
  mp::encode(out, value);
  report_bytes(key, out.take());
}

/// The scenario's n-th argument.
const std::string& argument(std::size_t n);
inline int number(std::size_t n) { return std::stoi(argument(n)); }

/// What main does first, with its arguments, where the checks set it: `mp::main_guard`, if scenarios start by spawn.
inline void (*first_in_main)(int argc, char** argv) = nullptr;

/// From now on this process, and all that come from it by fork, wait a little here and there; 0 ends that.
void shake(unsigned by);

using Scenario = void (*)();
bool add_scenario(const char* name, Scenario scenario);

}  // namespace grader

/// Defines what `submission("name")` runs.
#define SCENARIO(name)                                                            \
  static void scenario_##name();                                                  \
  static const bool added_##name = grader::add_scenario(#name, &scenario_##name); \
  static void scenario_##name()
