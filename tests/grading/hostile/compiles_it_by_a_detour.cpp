// Tries: includes the reference answer by another name.
// loses: all
// says: solutions/01_1_endings/endings.cpp
#include "chapters/../solutions/01_1_endings/../01_1_endings/endings.cpp"
