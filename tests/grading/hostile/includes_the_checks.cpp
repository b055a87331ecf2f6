// Tries: to be made of the checks themselves.
// says: it includes exercises/01_1_endings/checks.cpp
#include "exercises/01_1_endings/checks.cpp"
