// Wrong: sends all inputs before it takes a result.
// loses: full
// says: take results while you send
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
  auto [end, first] = mp::one_way_pipe();
  for (const Stage& stage : stages) {
    auto [next, out] = mp::one_way_pipe();
    processes
        .emplace_back([&, in = std::move(end), into = std::move(out)]() mutable {
          first.close();
          next.close();
          work(stage, std::move(in), std::move(into));
        })
        .start();
    end = std::move(next);
  }
  send_all(inputs, std::move(first));
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
