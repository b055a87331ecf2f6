#pragma once
/// \file
/// Names of types and of errors, for people.

#include <cxxabi.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <typeinfo>

namespace mp {

/// `N3app5ErrorE` → `app::Error`; what is not mangled comes back as it is.
inline std::string demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text{abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free};
  return status == 0 ? text.get() : name;
}

/// `SIGSEGV (Segmentation fault)`, or `signal 34` for those without a name.
inline std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name ? std::string{"SIG"} + name + " (" + ::sigdescr_np(signal) + ")" : "signal " + std::to_string(signal);
}

/// The exception being handled, as `type: message`; only inside a catch block.
inline std::string describe_current_exception() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  const std::string name = type ? demangled(type->name()) : "unknown exception";
  try {
    throw;
  } catch (const std::exception& error) {
    return name + ": " + error.what();
  } catch (...) {
    return name;
  }
}

}  // namespace mp
