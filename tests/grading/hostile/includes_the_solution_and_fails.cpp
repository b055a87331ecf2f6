// Tries: to have the reference answer quoted by an error of the compiler's, which then ends at once.
// says: it includes solutions/01_1_endings/endings.cpp: an answer is one file of your own
#define waitpid wait pid
#include "solutions/01_1_endings/endings.cpp"
#include "there/is/no/such/file"
