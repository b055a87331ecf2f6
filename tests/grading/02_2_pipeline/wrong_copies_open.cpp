// Wrong: makes all pipes first: the stages hold copies of each other's ends, and no pipe ever ends.
// loses: results own_process together ends full broken nothing_left
// says: (wrong_copies_open.cpp:24, in work)
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
  try {
    for (;;) results.push_back(end.recv<std::string>());
  } catch (const mp::EndOfFile&) {}
  bool well = true;
  for (mp::Process& process : processes) {
    process.join();
    well = well && process.exitcode() == 0;
  }
  if (!well) throw std::runtime_error{"a stage ended early"};
  return results;
}
