// Tries: to need more memory than there is before it starts.
// says: did not return: killed by
#include <functional>
#include <vector>

char big[1 << 30];

std::vector<int> run_all(const std::vector<std::function<int()>>&) { return {big[0]}; }
