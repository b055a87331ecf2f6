// What an operation takes, along a row of sizes: in characters and as SVG, on logarithmic scales.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "common/learn/show.hpp"
#include "common/learn/terminal.hpp"

namespace mp {
namespace {

/// From a value to a part of the way, 0 to 1, by its logarithm.
struct Scale {
  double low = INFINITY, high = 0;

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  double part(double value) const { return high > low ? std::log(value / low) / std::log(high / low) : 0.5; }
};

/// Round numbers, the first not above `low` and the last not below `high`: powers of ten, and twice and five times
/// those where they would be few.
std::vector<double> round_numbers(double low, double high) {
  const std::vector<double> digits = high / low < 100 ? std::vector{1.0, 2.0, 5.0} : std::vector{1.0};
  std::vector<double> all;
  for (double ten = std::pow(10, std::floor(std::log10(low)));; ten *= 10)
    for (const double digit : digits) {
      if (digit * ten <= low * 1.001) all.clear();
      all.push_back(digit * ten);
      if (digit * ten >= high * 0.999) return all;
    }
}

/// The point of a curve where an operation takes least.
const Measured* best(const Curve& curve) {
  return *std::min_element(curve.points.begin(), curve.points.end(),
                           [](auto* a, auto* b) { return each(*a) < each(*b); });
}

struct Scales {
  Scale x, y;
  std::vector<double> marks;  // along y

  explicit Scales(const std::vector<Curve>& all) {
    for (const Curve& curve : all)
      for (const Measured* point : curve.points) {
        x.include(point->variant.at);
        y.include(each(*point));
      }
    marks = round_numbers(y.low, y.high);
    y.low = marks.front();
    y.high = marks.back();
  }
};

constexpr std::string_view colours_light[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00",
                                              "#56b4e9", "#7a5195", "#a05195", "#5f6b6d"};

constexpr std::string_view style = R"(<style>
  .page { fill: #ffffff } text { font: 12px system-ui, sans-serif; fill: #1f2328 } .axis { fill: #59636e }
  .grid { stroke: #d1d9e0 } .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .axis { fill: #9198a1 }
    .grid { stroke: #3d444d } .line { filter: brightness(1.35) } }
</style>
)";

}  // namespace

namespace {

/// A sheet of characters on which curves are drawn: letters for points, a capital for the best, dots between them.
class Sheet {
 public:
  static constexpr std::size_t width = 62, height = 15;

  explicit Sheet(const Scales& scales) : scales_{scales} {}

  std::size_t column(double at) const { return cell(scales_.x.part(at), width); }
  std::size_t row(double seconds) const { return height - 1 - cell(scales_.y.part(seconds), height); }
  const std::string& line(std::size_t i) const { return rows_[i]; }

  void draw(const Curve& curve, char letter) {
    for (std::size_t i = 0; i + 1 < curve.points.size(); ++i) connect(*curve.points[i], *curve.points[i + 1]);
    for (const Measured* point : curve.points) rows_[row(each(*point))][column(point->variant.at)] = letter;
    if (curve.points.size() > 1)
      rows_[row(each(*best(curve)))][column(best(curve)->variant.at)] = static_cast<char>(letter - 'a' + 'A');
  }

 private:
  static std::size_t cell(double part, std::size_t cells) {
    return static_cast<std::size_t>(std::lround(part * static_cast<double>(cells - 1)));
  }
  void connect(const Measured& a, const Measured& b) {
    const auto from = column(a.variant.at), to = column(b.variant.at);
    for (auto x = from + 1; x < to; ++x) {
      const double part = static_cast<double>(x - from) / static_cast<double>(to - from);
      char& spot = rows_[row(each(a) * std::pow(each(b) / each(a), part))][x];
      if (spot == ' ') spot = '.';
    }
  }

  const Scales& scales_;
  std::vector<std::string> rows_ = std::vector<std::string>(height, std::string(width, ' '));
};

/// The sizes below the sheet; one that would touch its neighbour is left out.
std::string size_marks(const Sheet& sheet, const Curve& curve) {
  std::string marks(Sheet::width + 1, ' ');
  std::size_t free_from = 0;
  for (const Measured* point : curve.points) {
    const std::string mark = size_text(point->variant.at);
    const std::size_t middle = sheet.column(point->variant.at), half = mark.size() / 2;
    const std::size_t at = std::min(middle > half ? middle - half : 0, marks.size() - mark.size());
    if (at < free_from) continue;
    marks.replace(at, mark.size(), mark);
    free_from = at + mark.size() + 1;
  }
  return marks;
}

}  // namespace

std::string curves_text(const Comparison& comparison, bool colours) {
  constexpr std::size_t edge = 12;
  const auto all = curves(comparison);
  const Scales scales{all};
  Sheet sheet{scales};
  for (std::size_t i = all.size(); i-- > 0;) sheet.draw(all[i], static_cast<char>('a' + i));  // the first lies on top
  std::vector<std::string> marks(Sheet::height);
  for (const double mark : scales.marks) marks[sheet.row(mark)] = time_text(mark);
  std::string text = "\n";
  for (std::size_t i = 0; i < Sheet::height; ++i)
    text += painted(right(marks[i], edge) + " │", Colour::dim, colours) +
            painted(sheet.line(i), Colour::cyan, colours) + "\n";
  return text + painted(right("", edge) + " └" + size_marks(sheet, all.front()) + "\n" + right("", edge + 2) +
                            comparison.axis + "; both scales are logarithmic\n" + right("", edge + 2) +
                            "a capital: the best of its curve\n",
                        Colour::dim, colours);
}

std::string curves_svg(const Comparison& comparison) {
  constexpr double left_edge = 70, top = 40, width = 500, height = 300;
  const auto all = curves(comparison);
  const Scales scales{all};
  const auto x = [&](double value) { return left_edge + width * scales.x.part(value); };
  const auto y = [&](double value) { return top + height * (1 - scales.y.part(value)); };
  std::string body;
  for (const double mark : scales.marks)
    body += fmt::format(
        "<line class=\"grid\" x1=\"{:.0f}\" x2=\"{:.0f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text class=\"axis\" x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
        left_edge, left_edge + width, y(mark), y(mark), left_edge - 8, y(mark) + 4, time_text(mark));
  for (const Measured* point : all.front().points)
    body += fmt::format("<text class=\"axis\" x=\"{:.1f}\" y=\"{:.0f}\" text-anchor=\"middle\">{}</text>\n",
                        x(point->variant.at), top + height + 18, size_text(point->variant.at));
  body += fmt::format("<text class=\"axis\" x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"middle\">{}</text>\n",
                      left_edge + width / 2, top + height + 38, escaped(comparison.axis));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto colour = colours_light[i % std::size(colours_light)];
    std::string points, dots;
    for (const Measured* point : all[i].points) {
      const double px = x(point->variant.at), py = y(each(*point));
      points += fmt::format("{:.1f},{:.1f} ", px, py);
      const bool is_best = all[i].points.size() > 1 && point == best(all[i]);
      dots +=
          fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\"><title>{}, {}: {}{}</title></circle>",
                      px, py, is_best ? 6 : 3, colour, escaped(all[i].name), size_text(point->variant.at),
                      time_text(each(*point)), is_best ? ", the best" : "");
    }
    const bool dashed = all[i].points.front()->variant.kind == Kind::threads;
    body += fmt::format("<polyline class=\"line\" stroke=\"{0}\"{1} points=\"{2}\"/>{3}\n", colour,
                        dashed ? " stroke-dasharray=\"5 4\"" : "", points, dots);
    const double row = top + 10 + 20 * static_cast<double>(i);
    body += fmt::format(
        "<line class=\"line\" stroke=\"{0}\"{1} x1=\"590\" x2=\"616\" y1=\"{2:.0f}\" y2=\"{2:.0f}\"/>"
        "<text x=\"622\" y=\"{3:.0f}\">{4}</text>\n",
        colour, dashed ? " stroke-dasharray=\"5 4\"" : "", row, row + 4, escaped(all[i].name));
  }
  const std::string title = escaped(comparison.chapter + " · " + comparison.program + ": " + comparison.workload);
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 780 {:.0f}\" role=\"img\" aria-label=\"{}\">\n",
             top + height + 50, title) +
         std::string{style} + "<rect class=\"page\" width=\"100%\" height=\"100%\" rx=\"8\"/>\n" +
         fmt::format("<text x=\"8\" y=\"18\">{}</text>\n", title) + body + "</svg>\n";
}

}  // namespace mp
