// Tries: is a source without end.
// loses: all
// says: does not compile
#include "/dev/zero"
