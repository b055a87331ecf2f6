// Wrong: runs the stages in the caller, one after the other.
// loses: own_process together ends broken nothing_left
// says: a stage ran in the process that called run_pipeline
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
  (void)send_all, (void)work;
  std::vector<std::string> results = inputs;
  try {
    for (const Stage& stage : stages)
      for (std::string& text : results) text = stage(text);
  } catch (const std::exception&) {
    throw std::runtime_error{"a stage threw"};
  }
  return results;
}
