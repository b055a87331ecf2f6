// Tries: includes the half of the checks that reports, to report what it likes.
// loses: all
// says: exercises/grader/subject.hpp
#include <functional>
#include <vector>

#include "exercises/grader/subject.hpp"

std::vector<int> run_all(const std::vector<std::function<int()>>&) { return {}; }
