// Tries: to have a file of the machine's quoted by the compiler.
// says: it includes /etc/passwd
#include "/etc/passwd"
