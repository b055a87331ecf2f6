// ./learn, once the shell has seen to packages and the build.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include "common/learn/course.hpp"
#include "common/learn/verbs.hpp"

int main(int argc, char** argv) {
  CLI::App app{"Forklore: multi-process programming, rebuilt by hand"};
  app.name("./learn");

  app.add_subcommand("doctor", "what this machine has and lacks");

  std::vector<std::string> names;
  learn::RunOptions running;
  auto* run = app.add_subcommand("run", "run chapters, serial, threaded and multiprocess side by side");
  run->add_option("chapters", names, "01 for a chapter, 01/loop_sums for one program; none means all");
  run->add_option("--json", running.json, "write the results as data");
  run->add_option("--svg", running.svg, "write the pictures");
  run->add_option("--trace", running.trace, "write who did what when, for https://ui.perfetto.dev");
  const auto pass_on = [&](const std::string& option) {
    return [&, option](const std::string& value) {
      running.passed_on.insert(running.passed_on.end(), {option, value});
    };
  };
  run->add_option_function<std::string>("--rounds", pass_on("--rounds"), "how often each variant is measured");
  run->add_option_function<std::string>("--workers", pass_on("--workers"), "threads or processes of a variant");
  run->add_option_function<std::string>("--scale", pass_on("--scale"),
                                        "quick, or full: the size of the classic examples");
  run->add_option_function<std::string>("--patience", pass_on("--patience"), "multiplies every time limit");
  const auto flag = [&](const char* option, const char* what) {
    run->add_flag_callback(
        option, [&running, option] { running.passed_on.emplace_back(option); }, what);
  };
  flag("--predict", "ask for a guess first, and compare it with what came");
  flag("--python", "measure the Python original too");

  learn::GradeOptions grading;
  auto* grade = app.add_subcommand("grade", "grade exercises");
  grade->add_option("exercises", grading.names, "by number: 01_1; none means all");
  grade->add_option("--file", grading.files, "grade this file, or those of a folder, instead; can be repeated")
      ->allow_extra_args(false);
  grade->add_option("--json", grading.json, "write the verdict as data");
  grade->add_option("--junit", grading.junit, "write it as JUnit's XML");
  grade->add_option("--gradescope", grading.gradescope, "write it as Gradescope's results.json, after each check");
  grade->add_flag("--solutions", grading.solutions, "grade the reference answers");
  auto* seed = grade->add_option("--seed", grading.seed, "chooses the numbers that checks use, and delays");
  seed->check(CLI::Range(1, 1'000'000'000));
  grade->add_option("--seeds", grading.seeds, "grade with so many seeds, up to the first that loses a point")
      ->check(CLI::Range(1, 10'000))
      ->excludes(seed);
  grade->add_option("--patience", grading.patience, "multiplies the time limits")->check(CLI::Range(0.1, 1000.0));

  std::string exercise;
  double patience = 1;
  auto* watch = app.add_subcommand("watch", "grade again at every save, and move on when it passes");
  watch->add_option("exercise", exercise, "by number: 01_1; none means the first that is unfinished");
  watch->add_option("--patience", patience, "multiplies the time limits")->check(CLI::Range(0.1, 1000.0));
  auto* hint = app.add_subcommand("hint", "the next hint for the check that fails");
  hint->add_option("exercise", exercise)->required();
  auto* reset = app.add_subcommand("reset", "the starter back, yours kept beside it");
  reset->add_option("exercise", exercise)->required();

  try {
    if (const char* from = std::getenv("LEARN_FROM")) std::filesystem::current_path(from);
    app.parse(argc, argv);
    if (app.got_subcommand("doctor")) return learn::doctor();
    if (*run) return learn::run(names, running);
    if (*grade) return learn::grade(grading);
    if (*watch) return learn::watch(exercise, patience);
    if (*hint) return learn::hint(exercise);
    if (*reset) return learn::reset(exercise);
    return learn::status();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const learn::UsageError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "./learn: {}\n", error.what());
    return 1;
  }
}
