// Tries: to be made of the checks themselves.
// says: it includes exercises/01_1_endings/checks.cpp
#define IN_SUBMISSION
#include "exercises/01_1_endings/checks.cpp"
