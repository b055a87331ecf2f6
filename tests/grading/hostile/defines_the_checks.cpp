// Tries: to play its own scenarios in place of the checks'.
// says: it uses names of the grader itself
#include <functional>
#include <vector>

namespace grader {
bool add_scenario(const char* name, void (*scenario)());
}

std::vector<int> run_all(const std::vector<std::function<int()>>&) { return {}; }

const bool added = grader::add_scenario("codes", [] {});
