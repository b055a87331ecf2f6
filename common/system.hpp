#pragma once
/// \file
/// System calls that throw instead of returning −1: the only place where errno is looked at.

#include <cerrno>
#include <concepts>
#include <string>
#include <system_error>

namespace mp {

/// Throws the system error behind errno, naming the call that met it.
[[noreturn]] inline void throw_errno(const std::string& call) {
  throw std::system_error(errno, std::generic_category(), call);
}

/// For calls that answer −1 and set errno: `int fd = check(open(path, flags), "open");`
template <std::signed_integral R>
R check(R result, const char* call) {
  if (result == R{-1}) throw_errno(call);
  return result;
}

/// For calls that answer an error number: `check_code(posix_spawn(…), "posix_spawn");`
inline void check_code(int code, const char* call) {
  if (code != 0) throw std::system_error(code, std::generic_category(), call);
}

/// Repeats a call that a signal interrupted: `retry([&] { return read(fd, data, size); })`.
template <class Call>
auto retry(Call call) {
  decltype(call()) result;
  do result = call();
  while (result == -1 && errno == EINTR);
  return result;
}

}  // namespace mp
