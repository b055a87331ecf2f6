// Tries: to hand in the reference answer by its place.
// says: it includes solutions/01_1_endings/endings.cpp: an answer is one file of your own
#include "../../../solutions/01_1_endings/endings.cpp"
