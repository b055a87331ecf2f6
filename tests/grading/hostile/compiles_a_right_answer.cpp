// Tries: includes another right answer.
// loses: all
// says: tests/grading/01_1_endings/
#include "tests/grading/01_1_endings/right_rounds.cpp"
