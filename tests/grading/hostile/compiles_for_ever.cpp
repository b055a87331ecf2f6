// Tries: to keep the compiler busy for ever.
// says: the compiler was stopped: it needed more time, memory or disk than any answer does
template <int depth, unsigned long path>
struct Tree {
  static constexpr int value = Tree<depth - 1, 2 * path>::value + Tree<depth - 1, 2 * path + 1>::value;
};
template <unsigned long path>
struct Tree<0, path> {
  static constexpr int value = 0;
};
static_assert(Tree<40, 0>::value == 0);
