// A comparison's tasks in the format that https://ui.perfetto.dev and chrome://tracing open.
#include <nlohmann/json.hpp>

#include "common/learn/show.hpp"

namespace mp {
namespace {

nlohmann::json name_event(const char* what, int process, int thread, const std::string& name) {
  return {{"ph", "M"}, {"name", what}, {"pid", process}, {"tid", thread}, {"args", {{"name", name}}}};
}

nlohmann::json task_event(const Lane::Task& task, int process, int thread) {
  return {{"ph", "X"},
          {"name", (task.finished ? "task " : "unfinished task ") + std::to_string(task.number)},
          {"pid", process},
          {"tid", thread},
          {"ts", 1e6 * task.start},
          {"dur", 1e6 * (task.finish - task.start)}};
}

}  // namespace

nlohmann::json to_trace(const Comparison& comparison) {
  auto events = nlohmann::json::array();
  for (int process = 0; const Measured& m : comparison.variants) {
    events.push_back(name_event("process_name", ++process, 0, m.variant.name));
    for (int thread = 0; const Lane& lane : lanes(m.typical())) {
      events.push_back(name_event("thread_name", process, ++thread, lane.name));
      for (const Lane::Task& task : lane.tasks) events.push_back(task_event(task, process, thread));
    }
  }
  return {{"traceEvents", events}, {"displayTimeUnit", "ms"}};
}

}  // namespace mp
