// Tries: to make the compiler complain in millions of lines.
// says: error
#define A x x x x x x x x x x
#define B A A A A A A A A A A
#define C \
  int B;  \
  int B;  \
  int B;  \
  int B;  \
  int B;  \
  int B;  \
  int B;  \
  int B;  \
  int B;  \
  int B;
#define D C C C C C C C C C C
D D D D D D D D D D
