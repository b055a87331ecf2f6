#include "common/learn/python.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "common/learn/terminal.hpp"

namespace mp {
namespace {

std::string output_of(const std::string& command) {
  const auto close = [](FILE* f) {
    if (f) ::pclose(f);
  };
  std::unique_ptr<FILE, decltype(close)> pipe{::popen(command.c_str(), "re"), close};
  std::string text;
  char piece[4096];
  while (const auto n = std::fread(piece, 1, sizeof piece, pipe.get())) text.append(piece, n);
  if (::pclose(pipe.release()) != 0) throw std::runtime_error{"the Python original failed: " + command};
  return text;
}

Round to_round(const nlohmann::json& row) {
  Round round;
  round.wall_seconds = row.at("wall_seconds");
  round.cpu_seconds = row.at("cpu_seconds");
  round.context_switches = row.at("context_switches");
  round.peak_memory_kib = row.at("peak_memory_kib");
  round.answer = row.at("answer");
  round.finished = true;
  return round;
}

}  // namespace

void add_python_rows(Comparison& comparison, const std::string& scale, int workers) {
  const auto twin = std::filesystem::path{COURSE_ROOT} / "chapters" / comparison.chapter / (comparison.program + ".py");
  show_progress("  measuring the Python original, once; its loops may take a minute or two …");
  const auto lines =
      output_of(fmt::format("python3 '{}' --scale {} --workers {} --json", twin.string(), scale, workers));
  for (std::size_t at = 0, end; (end = lines.find('\n', at)) != std::string::npos; at = end + 1) {
    const auto row = nlohmann::json::parse(lines.substr(at, end - at));
    Variant variant{"python: " + row.at("name").get<std::string>(), Kind::python, row.at("workers")};
    variant.wrong_on_purpose = row.value("wrong_on_purpose", false);
    variant.operations = row.value("operations", 0L);
    variant.at = row.value("at", 0.0);
    comparison.variants.push_back({variant, {to_round(row)}, false});
  }
  clear_progress();
}

}  // namespace mp
