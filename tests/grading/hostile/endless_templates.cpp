// Tries: keeps the compiler busy for ever.
// loses: all
// says: does not compile
#include <functional>
#include <vector>

using Tasks = std::vector<std::function<int()>>;

template <int n, int m>
struct Deep {
  static constexpr int value = Deep<n + 1, 2 * m>::value + Deep<n + 1, 2 * m + 1>::value;
};

std::vector<int> run_all(const Tasks&) { return {Deep<0, 0>::value}; }
