// Wrong: takes any std::runtime_error for the end of a pipe, that of a stage as well.
// loses: broken
// says: throws a std::runtime_error
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

/// What one stage does to one text.
using Stage = std::function<std::string(const std::string&)>;

namespace {

void send_all(const std::vector<std::string>& inputs, mp::Connection out) {
  try {
    for (const std::string& each : inputs) out.send(each);
  } catch (const mp::BrokenPipe&) {
    // a stage has ended, and it says so itself
  }
}

void work(const Stage& stage, mp::Connection in, mp::Connection out) {
  try {
    for (;;) out.send(stage(in.recv<std::string>()));
  } catch (const std::runtime_error&) {}
}

}  // namespace

/// Sends all inputs through the stages, each in a child process of its own, and returns what comes out of the last, in
/// order. The stages work at the same time, on different texts. When the inputs are through, each stage ends by itself
/// with exit code 0. Throws std::runtime_error when a stage ends otherwise: it threw, or was killed.
std::vector<std::string> run_pipeline(const std::vector<std::string>& inputs, const std::vector<Stage>& stages) {
  std::vector<std::string> results;
  std::vector<mp::Process> processes;
  // A pipe is made just before the process that writes into it: nobody else ever has a copy of its writing end. And
  // that process closes its copy of the reading end, or it would never learn that nobody reads any more.
  auto [end, first] = mp::one_way_pipe();
  processes
      .emplace_back([&, out = std::move(first)]() mutable {
        end.close();
        send_all(inputs, std::move(out));
      })
      .start();
  for (const Stage& stage : stages) {
    auto [next, out] = mp::one_way_pipe();
    processes
        .emplace_back([&, in = std::move(end), into = std::move(out)]() mutable {
          next.close();
          work(stage, std::move(in), std::move(into));
        })
        .start();
    end = std::move(next);
  }
  try {
    for (;;) results.push_back(end.recv<std::string>());
  } catch (const mp::EndOfFile&) {}
  for (mp::Process& process : processes) {
    process.join();
    if (process.exitcode() != 0) throw std::runtime_error{"a stage ended early: " + process.status().text()};
  }
  return results;
}
