// Tries: to wait for input while it is compiled.
// says: it includes /dev/stdin
#include "/dev/stdin"
