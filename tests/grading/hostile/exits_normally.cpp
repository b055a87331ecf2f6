// Tries: leaves by exit, so that handlers run and buffers are flushed as at a good end.
// loses: all
// says: your function did not return
#include <cstdlib>
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

std::vector<int> run_all(const Tasks&) { std::exit(0); }
