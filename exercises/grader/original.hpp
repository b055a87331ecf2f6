#pragma once
/// \file
/// What a function of the grader's calls that stands before one of the C library's.

#include <dlfcn.h>

namespace grader {

/// The C library's function of that name, for one of ours that stands before it: `original<int(pthread_mutex_t*)>(…)`.
template <class F>
F* original(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace grader
