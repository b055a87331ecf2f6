// Tries: to hand in somebody else's answer.
// says: it includes tests/grading/01_1_endings/right_rounds.cpp
#include "../01_1_endings/right_rounds.cpp"
