// Tries: reports the endings itself, as the grader's half does, before it returns nothing.
// loses: all
// says: were reported 2 times
#include <functional>
#include <string>
#include <vector>

#include "common/pickle/codec.hpp"

namespace grader {
void report_bytes(const std::string& key, const mp::Message& value);
}

std::vector<int> run_all(const std::vector<std::function<int()>>&) {
  mp::Encoder out;
  mp::encode(out, std::vector<int>{0, 7, 67, 255});
  grader::report_bytes("endings", out.take());
  return {};
}
