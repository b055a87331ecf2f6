#include "common/learn/options.hpp"

#include <CLI/CLI.hpp>

#include "common/learn/show.hpp"

namespace mp {

Options options_of(const Comparison& comparison, int argc, char** argv) {
  Options options;
  CLI::App app{comparison.chapter + " · " + comparison.program};
  app.add_option("--rounds", options.rounds, "how often each variant is measured")->check(CLI::Range(1, 1000));
  app.add_option("--workers", options.workers, "threads or processes of a variant")->check(CLI::Range(1, 1024));
  app.add_option("--scale", options.scale, "quick: seconds; full: the size of the classic examples")
      ->check(CLI::IsMember({"quick", "full"}));
  app.add_option("--patience", options.patience, "multiplies every time limit, for slow machines")
      ->check(CLI::Range(0.1, 1000.0));
  app.add_option("--json", options.json, "write the result as data")->check(can_be_written);
  app.add_option("--svg", options.svg, "write the picture")->check(can_be_written);
  app.add_option("--trace", options.trace, "write who did what when, for https://ui.perfetto.dev")
      ->check(can_be_written);
  app.add_flag("--predict", options.predict, "ask for a guess first, and compare it with what came");
  app.add_flag("--python", options.python, "measure the Python original too");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    std::exit(code == 0 ? 0 : 2);
  }
  return options;
}

}  // namespace mp
