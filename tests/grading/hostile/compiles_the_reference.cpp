// Tries: includes the reference answer.
// loses: all
// says: solutions/01_1_endings/endings.cpp
#include "solutions/01_1_endings/endings.cpp"
