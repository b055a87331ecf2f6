// Tries: to fill the disk with a program of two gigabytes.
// says: the compiler was stopped: it needed more time, memory or disk than any answer does
int big[1 << 29] = {1};
