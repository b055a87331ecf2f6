// A program that forgets the main guard: it must be told so, not run main over and over.
#include <cstdio>

#include "01_process/process.hpp"

int main() {
  mp::Process process{mp::start::spawn, [] {}};
  try {
    process.start();
  } catch (const std::logic_error& error) {
    std::puts(error.what());
    return 3;
  }
}
