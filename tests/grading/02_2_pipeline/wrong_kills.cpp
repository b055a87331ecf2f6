// Wrong: makes all pipes first, so that no stage ever sees the end of its input, and kills them instead.
// loses: ends broken nothing_left
// says: stages that ended by themselves
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "01_process/process.hpp"
#include "02_pipe_queue/connection.hpp"

using Stage = std::function<std::string(const std::string&)>;

namespace {

void send_all(const std::vector<std::string>& inputs, mp::Connection out) {
  try {
    for (const std::string& each : inputs) out.send(each);
  } catch (const mp::BrokenPipe&) {}
}

void work(const Stage& stage, mp::Connection in, mp::Connection out) {
  try {
    for (;;) out.send(stage(in.recv<std::string>()));
  } catch (const mp::EndOfFile&) {
  } catch (const mp::BrokenPipe&) {}
}

}  // namespace

std::vector<std::string> run_pipeline(const std::vector<std::string>& inputs, const std::vector<Stage>& stages) {
  std::vector<std::string> results;
  std::vector<mp::Process> processes;
  std::vector<std::pair<mp::Connection, mp::Connection>> pipes;
  for (std::size_t i = 0; i <= stages.size(); ++i) pipes.push_back(mp::one_way_pipe());
  for (std::size_t i = 0; i < stages.size(); ++i)
    processes.emplace_back(work, stages[i], std::move(pipes[i].first), std::move(pipes[i + 1].second)).start();
  processes.emplace_back(send_all, inputs, std::move(pipes[0].second)).start();
  mp::Connection end = std::move(pipes.back().first);
  while (results.size() < inputs.size()) results.push_back(end.recv<std::string>());
  for (mp::Process& process : processes) process.kill();
  const bool well = true;
  if (!well) throw std::runtime_error{"a stage ended early"};
  return results;
}
