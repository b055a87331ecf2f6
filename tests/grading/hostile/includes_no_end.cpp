// Tries: to include a file without end.
// says: the compiler was stopped: it needed more time, memory or disk than any answer does
#include "/dev/zero"
