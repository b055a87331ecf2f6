// The table and the data of a comparison.
#include "common/learn/show.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "common/learn/options.hpp"
#include "common/learn/terminal.hpp"

namespace mp {

std::string_view to_string(Kind kind) {
  constexpr std::string_view names[] = {"serial", "threads", "processes", "hybrid", "cluster", "python"};
  return names[static_cast<std::size_t>(kind)];
}

std::string time_text(double seconds) {
  if (seconds >= 0.0995) return fmt::format("{:.2f} s", seconds);
  constexpr std::pair<double, const char*> units[] = {{1e-3, "ms"}, {1e-6, "µs"}, {1e-9, "ns"}};
  for (const auto& [unit, name] : units)
    if (seconds >= 0.9995 * unit || unit == 1e-9)
      return seconds < 99.95 * unit ? fmt::format("{:.1f} {}", seconds / unit, name)
                                    : fmt::format("{:.0f} {}", seconds / unit, name);
  return "";
}

std::string size_text(double n) {
  constexpr std::string_view units[] = {"", " Ki", " Mi", " Gi"};
  std::size_t unit = 0;
  for (; n >= 1024 && unit + 1 < std::size(units); ++unit) n /= 1024;
  return fmt::format("{:g}{}", n, units[unit]);
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) safe += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  return safe;
}

double each(const Measured& m) {
  return m.typical().wall_seconds / static_cast<double>(std::max(m.variant.operations, 1L));
}

std::vector<Curve> curves(const Comparison& comparison) {
  std::vector<Curve> all;
  for (const Measured& m : comparison.variants) {
    auto curve = std::find_if(all.begin(), all.end(), [&](auto& c) { return c.name == m.variant.name; });
    if (curve == all.end()) curve = all.insert(all.end(), {m.variant.name, {}});
    curve->points.push_back(&m);
  }
  for (Curve& curve : all)
    std::sort(curve.points.begin(), curve.points.end(), [](auto* a, auto* b) { return a->variant.at < b->variant.at; });
  return all;
}

namespace {

std::string memory_text(long kib) {
  return kib < 1024 ? fmt::format("{} KiB", kib) : fmt::format("{:.1f} MiB", static_cast<double>(kib) / 1024);
}

std::string row(const std::string& name, const std::string& wall, const std::string& spread, const std::string& cpu,
                const std::string& speedup, const std::string& memory, const std::string& switches) {
  return left(name, 27) + right(wall, 9) + right(spread, 8) + right(cpu, 9) + right(speedup, 8) + right(memory, 9) +
         right(switches, 10) + "\n";
}

std::string row(const Comparison& comparison, const Measured& m) {
  const Round& round = m.typical();
  return row("  " + m.variant.name, time_text(round.wall_seconds),
             m.rounds.size() > 1 ? fmt::format("{:.0f}%", 100 * m.spread()) : "", time_text(round.cpu_seconds),
             !comparison.compares()                               ? ""
             : !m.correct || !comparison.variants.front().correct ? "–"
             : m.variant.operations > 0                           ? time_text(each(m))
                                                                  : fmt::format("{:.2f}", comparison.speedup(m)),
             memory_text(round.peak_memory_kib), fmt::format("{}", round.context_switches));
}

/// A line a curve, a column a point: what one operation takes.
std::string grid(const Comparison& comparison, bool colours) {
  const auto all = curves(comparison);
  std::string head = left("  " + comparison.axis, 27), text;
  for (const Measured* point : all.front().points) head += right(size_text(point->variant.at), 10);
  for (std::size_t i = 0; i < all.size(); ++i) {
    text += fmt::format("  {} {}", static_cast<char>('a' + i), left(all[i].name, 23));
    for (const Measured* point : all[i].points)
      text += point->correct ? right(time_text(each(*point)), 10) : painted(right("WRONG", 10), Colour::red, colours);
    text += "\n";
  }
  return painted(head, Colour::dim, colours) + "\n" + text;
}

/// Variants that gave the same answer share a line.
std::string answers(const Comparison& comparison, bool colours) {
  std::vector<std::pair<std::string, std::vector<const Measured*>>> groups;
  for (const Measured& m : comparison.variants) {
    const auto same = [&](const auto& group) { return group.first == m.typical().answer; };
    auto group = std::find_if(groups.begin(), groups.end(), same);
    if (group == groups.end()) group = groups.insert(groups.end(), {m.typical().answer, {}});
    group->second.push_back(&m);
  }
  std::string text;
  for (const auto& [answer, who] : groups) {
    const Measured& first = *who.front();
    const bool meant = first.variant.wrong_on_purpose;
    const std::string verdict = first.correct ? "right" : meant ? "wrong, on purpose" : "WRONG";
    std::string names;
    for (const Measured* m : who)
      names +=
          (names.empty() ? "" : " · ") + m->variant.name + (m->variant.at > 0 ? " at " + size_text(m->variant.at) : "");
    if (who.size() == comparison.variants.size()) names = "all variants agree";
    const Colour colour = first.correct ? Colour::green : meant ? Colour::yellow : Colour::red;
    text += "  " + painted(left(verdict, 18), colour, colours) + shortened(answer, 60) + "\n" + std::string(20, ' ') +
            painted(shortened(names, 60), Colour::dim, colours) + "\n";
  }
  return text;
}

}  // namespace

std::string table(const Comparison& comparison, bool colours) {
  std::size_t rounds = 0;
  for (const Measured& m : comparison.variants) rounds = std::max(rounds, m.rounds.size());
  std::string text =
      painted(fmt::format("{} · {}", comparison.chapter, comparison.program), Colour::bold, colours) + "\n  " +
      shortened(comparison.workload, 78) + "\n  " +
      painted(fmt::format("{} processors, {} round{}, medians", comparison.cpus, rounds, rounds == 1 ? "" : "s"),
              Colour::dim, colours) +
      "\n\n";
  if (!comparison.axis.empty()) return text + grid(comparison, colours) + "\n" + answers(comparison, colours);
  const char* ratio = comparison.variants.front().variant.operations > 0 ? "each"
                      : comparison.compares()                            ? "faster"
                                                                         : "";
  text += painted(row("  variant", "wall", "spread", "cpu", ratio, "memory", "switches"), Colour::dim, colours);
  for (const Measured& m : comparison.variants) {
    const std::string line = row(comparison, m);
    text += m.correct ? line : painted(line, m.variant.wrong_on_purpose ? Colour::yellow : Colour::red, colours);
  }
  return text + "\n" + answers(comparison, colours);
}

std::vector<Lane> lanes(const Round& round) {
  std::map<std::pair<pid_t, pid_t>, Lane> by_thread;
  for (const SpanRecord& span : round.spans) {
    Lane& lane = by_thread[{span.pid, span.thread}];
    lane.name = span.pid == span.thread ? fmt::format("pid {}", span.pid) : fmt::format("thread {}", span.thread);
    const double start = 1e-9 * static_cast<double>(span.start_ns - round.started_ns);
    const bool finished = span.finish_ns != 0;
    const auto seen = round.last_seen.find(span.pid);  // a task that was killed lasted until then, at least
    const double finish = finished ? 1e-9 * static_cast<double>(span.finish_ns - round.started_ns)
                          : seen != round.last_seen.end() ? seen->second
                                                          : start;
    lane.tasks.push_back({span.task, start, std::max(start, finish), finished});
  }
  std::vector<Lane> all;
  for (auto& [thread, lane] : by_thread) {
    std::sort(lane.tasks.begin(), lane.tasks.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
    all.push_back(std::move(lane));
  }
  return all;
}

nlohmann::json to_json(const Comparison& comparison) {
  nlohmann::json variants = nlohmann::json::array(), spans = nlohmann::json::array();
  for (const Measured& m : comparison.variants) {
    const Round& round = m.typical();
    variants.push_back({{"name", m.variant.name},
                        {"kind", to_string(m.variant.kind)},
                        {"workers", m.variant.workers},
                        {"wall_seconds", round.wall_seconds},
                        {"spread", m.spread()},
                        {"cpu_seconds", round.cpu_seconds},
                        {"speedup", comparison.speedup(m)},
                        {"peak_memory_kib", round.peak_memory_kib},
                        {"context_switches", round.context_switches},
                        {"answer", round.answer},
                        {"correct", m.correct},
                        {"wrong_on_purpose", m.variant.wrong_on_purpose}});
    if (m.variant.operations > 0) variants.back()["operations"] = m.variant.operations;
    if (m.variant.at > 0) variants.back()["at"] = m.variant.at;
    for (const Lane& lane : lanes(round))
      for (const Lane::Task& task : lane.tasks) {
        spans.push_back({{"variant", m.variant.name},
                         {"lane", lane.name},
                         {"task", task.number},
                         {"start", task.start},
                         {"finish", task.finish}});
        if (!task.finished) spans.back()["unfinished"] = true;
      }
  }
  return {{"chapter", comparison.chapter},   {"program", comparison.program}, {"cpus", comparison.cpus},
          {"workload", comparison.workload}, {"variants", variants},          {"spans", spans}};
}

// ---- all of it ----

std::string can_be_written(const std::string& path) {
  return std::ofstream{path, std::ios::app} ? "" : "cannot write " + path;
}

namespace {

void write_file(const std::string& path, const std::string& text) {
  if (!(std::ofstream{path} << text << std::flush)) throw std::runtime_error{"cannot write " + path};
}

std::string text_of(const nlohmann::json& data) {
  return data.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";  // an answer may hold any bytes
}

}  // namespace

void show(const Comparison& comparison, const Options& options, const std::optional<Guess>& guess) {
  const bool colours = colours_wanted(STDOUT_FILENO);
  const bool are_curves = !comparison.axis.empty();
  fmt::print("{}{}\n", table(comparison, colours), (are_curves ? curves_text : timeline_text)(comparison, colours));
  if (guess) fmt::print("{}", compared(*guess, comparison));
  if (!options.json.empty()) write_file(options.json, text_of(nlohmann::json::array({to_json(comparison)})));
  if (!options.svg.empty()) write_file(options.svg, (are_curves ? curves_svg : timeline_svg)(comparison));
  if (!options.trace.empty()) write_file(options.trace, text_of(to_trace(comparison)));
}

}  // namespace mp
