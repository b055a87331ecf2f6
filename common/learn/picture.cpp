// Who did which task when, in characters and as SVG.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "common/learn/show.hpp"
#include "common/learn/terminal.hpp"

namespace mp {
namespace {

constexpr std::size_t name_width = 14, bar_width = 80 - name_width - 4;
constexpr std::size_t most_lanes = 12;

/// All variants share one scale, or the eye would compare what cannot be compared.
double longest_wall(const Comparison& comparison) {
  double longest = 1e-9;
  for (const Measured& m : comparison.variants) longest = std::max(longest, m.typical().wall_seconds);
  return longest;
}

/// One task's cells: its number where it starts, then a line that says it goes on.
void draw(const Lane::Task& task, double scale, std::vector<std::string>& cells) {
  const auto cell = [&](double at) {
    return std::min(static_cast<std::size_t>(std::max(at, 0.0) * scale), cells.size() - 1);
  };
  const std::size_t first = cell(task.start), last = cell(task.finish);
  for (std::size_t i = first; i <= last; ++i)
    if (i == first || cells[i] == " ") cells[i] = "━";
  const std::string number = std::to_string(task.number);
  if (last - first >= number.size())  // with a cell to spare, or neighbours would read as one number
    for (std::size_t i = 0; i < number.size(); ++i) cells[first + i] = std::string(1, number[i]);
  if (!task.finished) cells[last] = "✗";
}

std::string bar(const Lane& lane, double longest) {
  std::vector<std::string> cells(bar_width, " ");
  for (const Lane::Task& task : lane.tasks) draw(task, static_cast<double>(bar_width) / longest, cells);
  std::string text;
  for (const std::string& cell : cells) text += cell;
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// The step between marks on the time axis that gives four to ten of them: 1, 2 or 5 × 10ⁿ.
double axis_step(double longest) {
  const double power = std::pow(10, std::floor(std::log10(longest)));
  for (const double factor : {0.1, 0.2, 0.5, 1.0})
    if (longest / (factor * power) <= 10) return factor * power;
  return power;
}

/// Colours that hold in both modes come from the page when it has them.
constexpr std::string_view svg_style = R"(<style>
  .page { fill: #ffffff } text { font: 12px system-ui, sans-serif; fill: #1f2328 } .variant { font-weight: 600 } .lane, .axis { fill: #59636e }
  .task { stroke: #ffffff } .even { fill: #4a7fb5 } .odd { fill: #86acd4 } .unfinished { fill: #c4453a }
  .number { fill: #ffffff; font-size: 10px; text-anchor: middle } .grid { stroke: #d1d9e0 }
  @media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .lane, .axis { fill: #9198a1 } .task { stroke: #0d1117 }
    .grid { stroke: #3d444d } .number { fill: #ffffff } .odd { fill: #2f5f92 } }
</style>
)";

}  // namespace

std::string timeline_text(const Comparison& comparison, bool colours) {
  const double longest = longest_wall(comparison);
  std::string text;
  for (const Measured& m : comparison.variants) {
    const Round& round = m.typical();
    const auto rows = lanes(round);
    if (rows.empty()) continue;
    text += fmt::format("\n  {}\n", painted(m.variant.name, Colour::bold, colours));
    for (std::size_t i = 0; i < std::min(rows.size(), most_lanes); ++i)
      text += "  " + left(rows[i].name, name_width) + painted(bar(rows[i], longest), Colour::cyan, colours) + "\n";
    if (rows.size() > most_lanes) text += fmt::format("  … and {} more\n", rows.size() - most_lanes);
  }
  if (text.empty()) return text;
  const std::string end = fmt::format("{:.2f} s", longest);
  return text + "\n  " + left("", name_width) + painted("0" + right(end, bar_width - 1), Colour::dim, colours) + "\n";
}

std::string timeline_svg(const Comparison& comparison) {
  constexpr double left_edge = 110, width = 640, lane_height = 20;
  const double longest = longest_wall(comparison), scale = width / longest;
  std::string body;
  double y = 34;
  for (const Measured& m : comparison.variants) {
    const auto rows = lanes(m.typical());
    if (rows.empty()) continue;
    body += fmt::format("<text class=\"variant\" x=\"8\" y=\"{:.0f}\">{}</text>\n", y + 14, escaped(m.variant.name));
    y += lane_height;
    for (const Lane& lane : rows) {
      body += fmt::format("<text class=\"lane\" x=\"16\" y=\"{:.0f}\">{}</text>\n", y + 14, escaped(lane.name));
      for (const Lane::Task& task : lane.tasks) {
        const double x = left_edge + task.start * scale,
                     w = std::max(task.finished ? 1.0 : 5.0, (task.finish - task.start) * scale);
        const char* kind = !task.finished ? "unfinished" : task.number % 2 ? "odd" : "even";
        body += fmt::format(
            "<rect class=\"task {}\" x=\"{:.1f}\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"{:.0f}\" "
            "rx=\"2\"><title>task {}: "
            "{:.4f} s to {:.4f} s{}</title></rect>\n",
            kind, x, y + 2, w, lane_height - 4, task.number, task.start, task.finish,
            task.finished ? "" : ", never finished");
        const std::string number = std::to_string(task.number);
        if (w >= 3 + 6.0 * static_cast<double>(number.size()))
          body +=
              fmt::format("<text class=\"number\" x=\"{:.1f}\" y=\"{:.0f}\">{}</text>\n", x + w / 2, y + 14, number);
      }
      y += lane_height;
    }
    y += 8;
  }
  std::string axis;
  for (double t = 0; t <= longest * 1.0001; t += axis_step(longest)) {
    const double x = left_edge + t * scale;
    axis += fmt::format("<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"30\" y2=\"{1:.0f}\"/>\n", x, y);
    axis += fmt::format("<text class=\"axis\" x=\"{:.1f}\" y=\"{:.0f}\" text-anchor=\"middle\">{:g} s</text>\n", x,
                        y + 16, t);
  }
  const std::string title = escaped(comparison.chapter + " · " + comparison.program + ": " + comparison.workload);
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 780 {:.0f}\" role=\"img\" "
             "aria-label=\"{}\">\n",
             y + 28, title) +
         std::string{svg_style} + "<rect class=\"page\" width=\"100%\" height=\"100%\" rx=\"8\"/>\n" +
         fmt::format("<text x=\"8\" y=\"18\">{}</text>\n", title) + axis + body + "</svg>\n";
}

}  // namespace mp
