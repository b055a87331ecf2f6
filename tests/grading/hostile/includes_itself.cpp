// Tries: to include itself without end.
// says: #include nested depth
#include "includes_itself.cpp"
